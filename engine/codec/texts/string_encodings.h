// The encodings of lists of strings, one file each; see StringCodec for what the functions promise.
#pragma once

#include "engine/codec/texts/strings.h"

namespace arbors::codec {

// plain_strings.cpp
bool encode_plain_strings(Strings values, Bytes& out);
void decode_plain_strings(ByteReader& in, std::size_t count, StringPool& out);
void pick_plain_strings(ByteReader& in, std::size_t count, Places at, StringPool& out);

// compressed_strings.cpp
bool encode_zstd_strings(Strings values, Bytes& out);
void decode_zstd_strings(ByteReader& in, std::size_t count, StringPool& out);
void pick_zstd_strings(ByteReader& in, std::size_t count, Places at, StringPool& out);

// framed_strings.cpp
bool encode_framed_strings(Strings values, Bytes& out);
void decode_framed_strings(ByteReader& in, std::size_t count, StringPool& out);
void pick_framed_strings(ByteReader& in, std::size_t count, Places at, StringPool& out);

// pattern_strings.cpp
bool encode_pattern_strings(Strings values, Bytes& out);
void decode_pattern_strings(ByteReader& in, std::size_t count, StringPool& out);
void pick_pattern_strings(ByteReader& in, std::size_t count, Places at, StringPool& out);

// number_strings.cpp
bool encode_number_strings(Strings values, Bytes& out);
void decode_number_strings(ByteReader& in, std::size_t count, StringPool& out);
void pick_number_strings(ByteReader& in, std::size_t count, Places at, StringPool& out);
bool encode_numbers_and_others(Strings values, Bytes& out);
void decode_numbers_and_others(ByteReader& in, std::size_t count, StringPool& out);
void pick_numbers_and_others(ByteReader& in, std::size_t count, Places at, StringPool& out);

}  // namespace arbors::codec
