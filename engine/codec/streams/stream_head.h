// How every stream begins, so that its encoding is found in a table by the number that is stored.
//
//   head := u8 number, varint count
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/bytes.h"

namespace arbors::codec {

inline void write_head(std::uint8_t number, std::size_t count, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(number);
  writer.varint(count);
}

// Reads the head of a stream of `count` values; gives its row of a table of encodings.
template <typename Codec>
const Codec& read_head(ByteReader& in, std::size_t count, std::span<const Codec> codecs) {
  const std::uint8_t number = in.u8();
  const auto codec = std::find_if(codecs.begin(), codecs.end(),
                                  [&](const Codec& row) { return row.number == number; });
  if (codec == codecs.end()) in.fail("its encoding is unknown");
  if (in.varint() != count) in.fail("it holds another count of values");
  return *codec;
}

}  // namespace arbors::codec
