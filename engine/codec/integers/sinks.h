// What is found out of a stream in one walk: sums of what stands before some places, how many
// values before a place are the same as its own, which values are among some places.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/codec/integers/sink.h"
#include "engine/codec/streams/places.h"

namespace arbors::codec {

// Sums, wrapping, the values before each of some places, which ascend and are at most the stream's
// count.
template <Lane T>
class Sums : public Sink<T> {
 public:
  Sums(Places at, std::span<std::uint64_t> out);
  bool values(std::span<const T> next) override;
  bool runs(std::span<const std::uint32_t> lengths, std::span<const T> heads) override;

 private:
  Places at_;
  std::span<std::uint64_t> out_;
  std::size_t next_ = 0;  // of at_
  std::size_t passed_ = 0;
  std::uint64_t sum_ = 0;
};

// Reads the codes at some places, and how many before each are the same where it is one of
// `ranked`, a bit for each code; elsewhere 0.
class Ranks : public Sink<std::uint32_t> {
 public:
  Ranks(Places at, std::uint32_t ranked, std::span<std::uint32_t> codes,
        std::span<std::uint32_t> ranks);
  bool values(std::span<const std::uint32_t> next) override;
  bool runs(std::span<const std::uint32_t> lengths, std::span<const std::uint32_t> heads) override;
  bool exceptions(std::uint32_t same, std::size_t count, std::span<const std::uint32_t> positions,
                  std::span<const std::uint32_t> others) override;

 private:
  static constexpr std::uint32_t kCodes = 32;  // those that can be ranked
  bool is_ranked(std::uint32_t code) const { return code < kCodes && (ranked_ >> code & 1) != 0; }
  void count(std::span<const std::uint32_t> codes);
  void set(std::uint32_t code, std::size_t rank);  // of the next place
  bool wants_more() const { return next_ < at_.size(); }

  Places at_;
  std::uint32_t ranked_;
  std::span<std::uint32_t> codes_, ranks_;
  std::array<std::size_t, kCodes> counts_{};
  std::size_t next_ = 0;  // of at_
  std::size_t passed_ = 0;
};

// Which value of a stream is which place.
struct Hit {
  std::uint32_t value;  // its number in the stream
  std::uint32_t place;  // the place's number
};

// Finds the values that are among some places, in the stream's order. They need not ascend.
class Hits : public Sink<std::uint32_t> {
 public:
  explicit Hits(Places at) : at_(at) {}
  bool values(std::span<const std::uint32_t> next) override;
  std::vector<Hit> take() { return std::move(hits_); }

 private:
  bool may_hold(std::span<const std::uint32_t> values) const;

  Places at_;
  std::vector<Hit> hits_;
  std::size_t passed_ = 0;
};

}  // namespace arbors::codec
