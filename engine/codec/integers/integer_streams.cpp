#include "engine/codec/streams/streams.h"

#include <algorithm>

#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/integers/sinks.h"

namespace arbors::codec {

void encode_ints(std::span<const std::int64_t> values, Bytes& out) { encode_stream(values, out); }

void decode_ints(ByteSpan stream, std::span<std::int64_t> out) { decode_stream(stream, out); }

void pick_ints(ByteSpan stream, std::size_t count, Places at, std::span<std::int64_t> out) {
  pick_stream(stream, count, at, out);
}

void encode_codes(std::span<const std::uint32_t> values, Bytes& out) { encode_stream(values, out); }

void decode_codes(ByteSpan stream, std::span<std::uint32_t> out) { decode_stream(stream, out); }

void pick_codes(ByteSpan stream, std::size_t count, Places at, std::span<std::uint32_t> out) {
  pick_stream(stream, count, at, out);
}

void rank_codes(ByteSpan stream, std::size_t count, Places at, std::uint32_t ranked,
                std::span<std::uint32_t> out, std::span<std::uint32_t> ranks) {
  Ranks sink(at, ranked, out, ranks);
  if (!at.empty()) walk_stream<std::uint32_t>(stream, count, sink);
}

void encode_tags(std::span<const std::uint8_t> values, Bytes& out) {
  encode_codes(std::vector<std::uint32_t>(values.begin(), values.end()), out);
}

void decode_tags(ByteSpan stream, std::span<std::uint8_t> out) {
  std::vector<std::uint32_t> codes(out.size());
  decode_codes(stream, codes);
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    seen |= codes[i];
    out[i] = static_cast<std::uint8_t>(codes[i]);
  }
  if (seen > kMaxTag) throw_corrupt("a stream of tags: a tag is out of range");
}

}  // namespace arbors::codec
