#include "engine/json/input/compressed_input.h"

#include <zlib.h>
#include <zstd.h>

#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <vector>

#include "engine/base/error.h"

namespace arbors::json {
namespace {

constexpr std::size_t kFirstBlock = 4096;  // most texts that are handed over are small
constexpr std::size_t kBlock = 256U << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

// Sixteen magic numbers begin frames that hold nothing to decompress.
bool is_zstd(std::string_view text) {
  return text.starts_with(kZstdMagic) ||
         (text.size() >= 4 && (text[0] & 0xF0) == 0x50 && text.substr(1, 3) == "\x2a\x4d\x18");
}

// Passes a source on through a block in memory, so that bytes can be looked at before they go.
class PeekedInput : public Input {
 public:
  explicit PeekedInput(std::unique_ptr<Input> source) : source_(std::move(source)) {}

  // Gives what lies in the block, filling it when it is empty; empty at the end of the source.
  std::string_view peek() {
    if (begin_ == end_) {
      block_.resize(block_.empty() ? kFirstBlock : kBlock);
      begin_ = 0;
      end_ = source_->read(block_.data(), block_.size());
    }
    return {block_.data() + begin_, end_ - begin_};
  }
  void consume(std::size_t count) { begin_ += count; }

  std::size_t read(char* to, std::size_t size) override {
    const std::size_t held = std::min(size, end_ - begin_);
    if (held > 0) std::memcpy(to, block_.data() + begin_, held);
    consume(held);
    return held < size ? held + source_->read(to + held, size - held) : held;
  }
  std::uint64_t consumed() const override { return source_->consumed(); }
  const std::string& name() const override { return source_->name(); }

 private:
  std::unique_ptr<Input> source_;
  std::vector<char> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

[[noreturn]] void fail(const Input& input, const std::string& what) {
  throw Error(ErrorCode::Io, input.name() + ": " + what);
}

class GzipInput : public Input {
 public:
  explicit GzipInput(std::unique_ptr<PeekedInput> source) : source_(std::move(source)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipInput() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t size) override {
    std::size_t count = 0;
    while (count < size && !over_) count += inflate_some(to + count, size - count);
    return count;
  }
  std::uint64_t consumed() const override { return source_->consumed(); }
  const std::string& name() const override { return source_->name(); }

 private:
  std::size_t inflate_some(char* to, std::size_t size) {
    const std::string_view in = source_->peek();
    if (in.empty()) {
      if (!between_) fail(*this, "the gzip data is cut off");
      over_ = true;
      return 0;
    }
    if (between_ && skip_padding(in)) return 0;
    between_ = false;
    const auto room = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = room;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    source_->consume(in.size() - stream_.avail_in);
    if (result == Z_STREAM_END) {
      inflateReset(&stream_);
      between_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(*this, "the gzip data is damaged");
    }
    return room - stream_.avail_out;
  }

  // Skips zeros after a member, as tapes and block devices leave them.
  bool skip_padding(std::string_view in) {
    const std::size_t zeros = std::min(in.find_first_not_of('\0'), in.size());
    source_->consume(zeros);
    return zeros > 0;
  }

  std::unique_ptr<PeekedInput> source_;
  z_stream stream_{};
  bool between_ = false;  // a member has ended and no other begun
  bool over_ = false;
};

class ZstdInput : public Input {
 public:
  ZstdInput(std::unique_ptr<PeekedInput> source, std::uint64_t max_window)
      : source_(std::move(source)), stream_(ZSTD_createDStream()), max_window_(max_window) {
    if (stream_ == nullptr) throw std::bad_alloc();
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    const int log = static_cast<int>(std::bit_width(std::max<std::uint64_t>(max_window, 1))) - 1;
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax,
                           std::clamp(log, bounds.lowerBound, bounds.upperBound));
  }

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos < size && !over_) {
      const std::string_view block = source_->peek();
      ZSTD_inBuffer in{block.data(), block.size(), 0};
      const std::size_t written = out.pos;
      const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(result) != 0) refuse(result);
      source_->consume(in.pos);
      if (!block.empty()) {
        between_ = result == 0;
      } else if (out.pos == written) {
        if (!between_) fail(*this, "the zstd data is cut off");
        over_ = true;
      }
    }
    return out.pos;
  }
  std::uint64_t consumed() const override { return source_->consumed(); }
  const std::string& name() const override { return source_->name(); }

 private:
  [[noreturn]] void refuse(std::size_t result) const {
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
      throw Error(ErrorCode::Limit,
                  name() + ": the zstd data needs a window of more than " +
                      std::to_string(max_window_) +
                      " bytes; allow it by SELECT arbor_config('max_window_bytes', …), at most " +
                      std::to_string(2ULL << 30));
    fail(*this, std::string("the zstd data is damaged: ") + ZSTD_getErrorName(result));
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<PeekedInput> source_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  const std::uint64_t max_window_;
  bool between_ = false;  // a frame has ended and no other begun
  bool over_ = false;
};

}  // namespace

std::unique_ptr<Input> undo_compression(std::unique_ptr<Input> source,
                                        std::uint64_t max_window_bytes) {
  auto peeked = std::make_unique<PeekedInput>(std::move(source));
  const std::string_view start = peeked->peek();
  if (start.starts_with(kGzipMagic)) return std::make_unique<GzipInput>(std::move(peeked));
  if (is_zstd(start)) return std::make_unique<ZstdInput>(std::move(peeked), max_window_bytes);
  return peeked;
}

}  // namespace arbors::json
