// zstd's frames, by contexts that are lent to one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/codec/texts/strings.h"

namespace arbors::codec {

// How much more a heap may hold than its compressed bytes: encoders decline what shrinks to less
// and decoders refuse it, so that damaged lengths cannot ask for more memory than that.
inline constexpr std::size_t kMostRatio = 1000;
inline constexpr std::size_t kWorthwhile = 64;  // smaller heaps are not tried

std::string joined(Strings values);

// Appends a frame, which may be greater than the heap; false where zstd fails.
bool compress_frame(std::string_view heap, Bytes& out);

// Tells whether a frame holds just as many bytes as there is room for, and unpacks it.
bool unpack_frame(ByteSpan frame, std::span<char> heap);

}  // namespace arbors::codec
