// Plain: the strings one after the other.
//
//   body := lengths (nested codes), heap
#include "engine/codec/texts/string_encodings.h"

namespace arbors::codec {

bool encode_plain_strings(Strings values, Bytes& out) {
  encode_lengths(values, out);
  for (const std::string_view value : values) ByteWriter(out).raw(value);
  return true;
}

void decode_plain_strings(ByteReader& in, std::size_t count, StringPool& out) {
  const ByteSpan heap = in.raw(decode_lengths(in, count, out));
  out.heap.assign(heap.begin(), heap.end());
}

void pick_plain_strings(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  const Extents extents = read_extents(in, count, at);
  const ByteSpan heap = in.raw(extents.heap);
  copy_entries(extents, reinterpret_cast<const char*>(heap.data()), out);
}

}  // namespace arbors::codec
