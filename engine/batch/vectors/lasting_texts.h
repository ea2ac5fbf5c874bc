// Texts that stay where they are while more are added: whoever has been told a text's number may
// read the text, without a lock. Texts lie in blocks, their places in segments of doubling size.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace arbors::batch {

class LastingTexts {
 public:
  struct Place {
    const char* begin;
    std::uint32_t size;
  };

  std::size_t size() const { return size_; }
  std::string_view operator[](std::size_t text) const {
    const Place& at = place(text);
    return {at.begin, at.size};
  }
  const Place& place(std::size_t text) const {
    const auto [segment, within] = home(text);
    return segments_[segment][within];
  }
  void add(std::string_view text);
  std::size_t memory() const { return memory_; }

 private:
  static constexpr std::size_t kFirstSegment = 64;  // places
  struct Home {
    std::size_t segment, within;
  };
  static Home home(std::size_t text) {
    const std::size_t from = text / kFirstSegment + 1;
    const auto segment = static_cast<std::size_t>(std::bit_width(from)) - 1;
    return {segment, text - kFirstSegment * ((std::size_t{1} << segment) - 1)};
  }
  const char* keep(std::string_view text);

  std::array<std::unique_ptr<Place[]>, 32> segments_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  // in the last block
  std::size_t left_ = 0;  // bytes behind that
  std::size_t size_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace arbors::batch
