// Compressed: the heap of all strings as one zstd frame, for prose.
//
//   body := lengths (nested codes), zstd frame to the end
#include <optional>
#include <string>

#include "engine/codec/streams/scratch.h"
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

namespace {

// Reads the frame of a heap so large; `make_room` gives where.
template <typename MakeRoom>
void unpack_rest(ByteReader& in, std::size_t heap, const MakeRoom& make_room) {
  const ByteSpan frame = in.rest();
  if (heap / kMostRatio > frame.size()) in.fail("its heap would be too large");
  if (!unpack_frame(frame, make_room(heap))) in.fail("its heap does not unpack");
}

}  // namespace

void decode_zstd_strings(ByteReader& in, std::size_t count, StringPool& out) {
  unpack_rest(in, decode_lengths(in, count, out), [&](std::size_t size) {
    out.heap.resize(size);
    return std::span(out.heap);
  });
}

void pick_zstd_strings(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  const Extents extents = read_extents(in, count, at);
  std::optional<Scratch<char>> heap;
  unpack_rest(in, extents.heap,
              [&](std::size_t size) { return std::span<char>(heap.emplace(size)); });
  copy_entries(extents, heap->begin(), out);
}

}  // namespace arbors::codec
