// Compressed: the heap of all strings as one zstd frame, for prose.
//
//   body := lengths (nested codes), zstd frame to the end
#include <string>

#include "engine/codec/texts/string_encodings.h"
#include "engine/codec/texts/zstd_frame.h"

namespace arbors::codec {

bool encode_zstd_strings(Strings values, Bytes& out) {
  const std::string heap = joined(values);
  if (heap.size() < kWorthwhile) return false;
  encode_lengths(values, out);
  const std::size_t start = out.size();
  if (!compress_frame(heap, out)) return false;
  const std::size_t size = out.size() - start;
  return size < heap.size() && heap.size() / kMostRatio <= size;
}

void decode_zstd_strings(ByteReader& in, std::size_t count, StringPool& out) {
  const std::size_t heap = decode_lengths(in, count, out);
  const ByteSpan frame = in.rest();
  if (heap / kMostRatio > frame.size()) in.fail("its heap would be too large");
  out.heap.resize(heap);
  if (!unpack_frame(frame, out.heap)) in.fail("its heap does not unpack");
}

void pick_zstd_strings(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  StringPool all;
  decode_zstd_strings(in, count, all);
  copy_entries(all.offsets, all.heap.data(), at, out);
}

}  // namespace arbors::codec
