// Framed: the heap of all strings cut into pieces, each a zstd frame, so that some strings are read
// without the others. Costs 3 % more bytes than one frame.
//
//   body   := lengths (nested codes), varint piece (bytes of each but the last),
//             sizes (nested codes) of the frames, frame*
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/streams/scratch.h"
#include "engine/codec/texts/string_encodings.h"
#include "engine/codec/texts/zstd_frame.h"

namespace arbors::codec {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;
constexpr std::size_t kPackedAStep = 8;  // bytes, of polling

// The frames of a heap that is read.
struct Frames {
  std::size_t heap = 0;
  std::size_t piece = 0;
  std::vector<ByteSpan> frames;

  std::size_t size_of(std::size_t frame) const { return std::min(piece, heap - frame * piece); }
};

Frames read_frames(ByteReader& in, std::size_t heap) {
  Frames all;
  all.heap = heap;
  all.piece = in.count(UINT32_MAX);
  if (all.piece == 0) in.fail("its pieces are empty");
  const std::size_t frames = (all.heap + all.piece - 1) / all.piece;
  if (frames > in.remaining()) in.fail("it has too many frames");
  std::vector<std::uint32_t> sizes(frames);
  decode_nested<std::uint32_t>(in, sizes, 0);
  if (all.heap / kMostRatio > in.remaining()) in.fail("its heap would be too large");
  for (const std::uint32_t size : sizes) all.frames.push_back(in.raw(size));
  return all;
}

void unpack_piece(const Frames& all, std::size_t frame, std::span<char> heap,
                  const ByteReader& in) {
  poll_interrupt(heap.size() / kPackedAStep);
  if (!unpack_frame(all.frames[frame], heap)) in.fail("its heap does not unpack");
}

}  // namespace

bool encode_framed_strings(Strings values, Bytes& out) {
  const std::string heap = joined(values);
  if (heap.size() < kWorthwhile) return false;
  Bytes frames;
  std::vector<std::uint32_t> sizes;
  for (std::size_t at = 0; at < heap.size(); at += kPieceBytes) {
    const std::string_view piece = std::string_view(heap).substr(at, kPieceBytes);
    const std::size_t start = frames.size();
    poll_interrupt(piece.size() / kPackedAStep);
    if (!compress_frame(piece, frames)) return false;
    sizes.push_back(static_cast<std::uint32_t>(frames.size() - start));
  }
  if (frames.size() >= heap.size() || heap.size() / kMostRatio > frames.size()) return false;
  encode_lengths(values, out);
  ByteWriter(out).varint(kPieceBytes);
  encode_nested<std::uint32_t>(sizes, 0, out);
  ByteWriter(out).raw(frames);
  return true;
}

void decode_framed_strings(ByteReader& in, std::size_t count, StringPool& out) {
  const Frames all = read_frames(in, decode_lengths(in, count, out));
  out.heap.resize(all.heap);
  for (std::size_t frame = 0; frame < all.frames.size(); ++frame)
    unpack_piece(all, frame, std::span(out.heap).subspan(frame * all.piece, all.size_of(frame)),
                 in);
}

// Goes through the places, which ascend, so that each frame that holds some is unpacked once.
void pick_framed_strings(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  const Extents extents = read_extents(in, count, at);
  const Frames all = read_frames(in, extents.heap);
  Scratch<char> room(std::min(all.piece, all.heap));
  std::span<char> piece;
  std::size_t unpacked = all.frames.size();  // which: none yet
  for (const auto& [first_byte, end] : extents.entries) {
    for (std::size_t begin = first_byte; begin < end;) {
      const std::size_t frame = begin / all.piece, first = frame * all.piece;
      if (frame != unpacked) {
        piece = std::span<char>(room).first(all.size_of(frame));
        unpack_piece(all, frame, piece, in);
        unpacked = frame;
      }
      const std::size_t until = std::min<std::size_t>(end, first + piece.size());
      out.heap.insert(out.heap.end(), piece.data() + (begin - first),
                      piece.data() + (until - first));
      begin = until;
    }
    out.offsets.push_back(static_cast<std::uint32_t>(out.heap.size()));
  }
}

}  // namespace arbors::codec
