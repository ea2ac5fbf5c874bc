#include "engine/exec/export/compressing_sink.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <string>

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

class GzipSink : public ByteSink {
 public:
  explicit GzipSink(ByteSink& to) : to_(to), out_(64U << 10, '\0') {
    constexpr int kGzipHeader = 16;  // added to the window's bits, it asks for gzip's framing
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipHeader, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw Error(ErrorCode::NoMemory, "no memory to compress with gzip");
  }
  ~GzipSink() override { deflateEnd(&stream_); }
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), 1U << 30);  // avail_in is narrow
      run(bytes.substr(0, part), Z_NO_FLUSH);
      bytes.remove_prefix(part);
    }
  }
  void finish() override {
    run({}, Z_FINISH);
    to_.finish();
  }

 private:
  void run(std::string_view bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, flush);  // fails only for a stream that was never begun
      to_.write({out_.data(), out_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

  ByteSink& to_;
  z_stream stream_{};
  std::string out_;
};

class ZstdSink : public ByteSink {
 public:
  explicit ZstdSink(ByteSink& to)
      : to_(to), stream_(ZSTD_createCCtx(), ZSTD_freeCCtx), out_(ZSTD_CStreamOutSize(), '\0') {
    if (!stream_) throw Error(ErrorCode::NoMemory, "no memory to compress with zstd");
    ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
  }

  void write(std::string_view bytes) override { run(bytes, ZSTD_e_continue); }
  void finish() override {
    run({}, ZSTD_e_end);
    to_.finish();
  }

 private:
  void run(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(stream_.get(), &out, &in, directive);
      if (ZSTD_isError(left))
        throw Error(ErrorCode::Io, std::string("zstd: ") + ZSTD_getErrorName(left));
      to_.write({out_.data(), out.pos});
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return;
    }
  }

  ByteSink& to_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> stream_;
  std::string out_;
};

}  // namespace

std::unique_ptr<ByteSink> compressing_sink(Compression compression, ByteSink& to) {
  switch (compression) {
    case Compression::Gzip:
      return std::make_unique<GzipSink>(to);
    case Compression::Zstd:
      return std::make_unique<ZstdSink>(to);
    case Compression::None:
      break;
  }
  return nullptr;
}

}  // namespace arbors::exec
