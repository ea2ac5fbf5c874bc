#include "engine/codec/texts/zstd_frame.h"

#include <zstd.h>

#include <array>
#include <memory>
#include <mutex>
#include <new>

#include "engine/base/interrupt.h"

namespace arbors::codec {
namespace {

constexpr std::size_t kPiece = 4 << 20;      // longer heaps are compressed in pieces
constexpr std::size_t kCompressedAStep = 8;  // bytes, of polling
constexpr int kLevel = 3;  // prose 13 % smaller than at 1, for 1.4 times the encoding time

// zstd's contexts, which cost more to make than a small heap to code: lent to one thread at a time.
// No thread_local, which ends the process where there is no memory for it.
template <typename Context, Context* (*make)(), std::size_t (*free)(Context*)>
class Contexts {
 public:
  struct Free {
    void operator()(Context* context) const { free(context); }
  };
  using Own = std::unique_ptr<Context, Free>;

  // Lends a context for its lifetime.
  class Lent {
   public:
    explicit Lent(Contexts& from) : from_(from), context_(from.take()) {}
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { from_.give_back(std::move(context_)); }
    Context* get() const { return context_.get(); }

   private:
    Contexts& from_;
    Own context_;
  };

 private:
  Own take() {
    {
      const std::lock_guard lock(mutex_);
      for (Own& idle : idle_)
        if (idle) return std::move(idle);
    }
    Own made(make());
    if (!made) throw std::bad_alloc();
    return made;
  }
  void give_back(Own context) {
    const std::lock_guard lock(mutex_);
    for (Own& idle : idle_) {
      if (idle) continue;
      idle = std::move(context);
      return;
    }
  }

  std::mutex mutex_;
  std::array<Own, 16> idle_;
};

using Compressors = Contexts<ZSTD_CCtx, ZSTD_createCCtx, ZSTD_freeCCtx>;
using Decompressors = Contexts<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx>;
Compressors compressors;
Decompressors decompressors;

// Compresses a piece at a time, to ask between them whether to stop. Gives 0 where the frame does
// not fit.
std::size_t compress_long(ZSTD_CCtx* context, std::string_view heap, std::span<std::uint8_t> to) {
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setPledgedSrcSize(context, heap.size());
  ZSTD_outBuffer out{to.data(), to.size(), 0};
  for (std::size_t at = 0; at < heap.size(); at += kPiece) {
    const std::string_view piece = heap.substr(at, kPiece);
    const auto mode = at + piece.size() < heap.size() ? ZSTD_e_continue : ZSTD_e_end;
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context, &out, &in, mode);
    if (ZSTD_isError(left) != 0 || in.pos < in.size || (mode == ZSTD_e_end && left > 0)) return 0;
    poll_interrupt(piece.size() / kCompressedAStep);
  }
  return out.pos;
}

}  // namespace

std::string joined(Strings values) {
  std::size_t size = 0;
  for (const std::string_view value : values) size += value.size();
  std::string heap;
  heap.reserve(size);
  for (const std::string_view value : values) heap += value;
  return heap;
}

bool compress_frame(std::string_view heap, Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + ZSTD_compressBound(heap.size()));
  const Compressors::Lent compressor(compressors);
  const std::size_t size =
      heap.size() > kPiece
          ? compress_long(compressor.get(), heap, std::span(out).subspan(start))
          : ZSTD_compressCCtx(compressor.get(), out.data() + start, out.size() - start, heap.data(),
                              heap.size(), kLevel);
  const bool done = size != 0 && ZSTD_isError(size) == 0;
  out.resize(done ? start + size : start);
  return done;
}

bool unpack_frame(ByteSpan frame, std::span<char> heap) {
  const Decompressors::Lent decompressor(decompressors);
  const std::size_t size =
      ZSTD_decompressDCtx(decompressor.get(), heap.data(), heap.size(), frame.data(), frame.size());
  return ZSTD_isError(size) == 0 && size == heap.size();
}

}  // namespace arbors::codec
