// The encodings of doubles in one static table.
//
//   stream := u8 number, varint count, body
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/codec/streams/places.h"

namespace arbors::codec {

struct RealCodec {
  std::uint8_t number;
  std::string_view name;
  bool (*fits)(std::span<const double>);  // whether a sample promises that it pays
  void (*encode)(std::span<const double>, Bytes&);
  void (*decode)(ByteReader&, std::span<double>);
  void (*pick)(ByteReader&, std::size_t count, Places, std::span<double>);
};

// In the order of preference; the last fits everything.
std::span<const RealCodec> real_codecs();

void encode_with(const RealCodec& codec, std::span<const double> values, Bytes& out);

// decimal.cpp
bool decimals_fit(std::span<const double> values);
void encode_decimals(std::span<const double> values, Bytes& out);
void decode_decimals(ByteReader& in, std::span<double> out);
void pick_decimals(ByteReader& in, std::size_t count, Places at, std::span<double> out);

// real_bits.cpp
bool real_bits_fit(std::span<const double> values);
void encode_real_bits(std::span<const double> values, Bytes& out);
void decode_real_bits(ByteReader& in, std::span<double> out);
void pick_real_bits(ByteReader& in, std::size_t count, Places at, std::span<double> out);

}  // namespace arbors::codec
