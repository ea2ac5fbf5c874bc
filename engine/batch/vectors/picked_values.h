// The values of some rows, in their order, as a range: a vector made of them does not clear its
// room first.
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace arbors::batch {

template <typename T>
struct PickedValues {
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const T*;
  using reference = const T&;

  reference operator*() const { return values[*row]; }
  PickedValues& operator++() {
    ++row;
    return *this;
  }
  difference_type operator-(const PickedValues& other) const { return row - other.row; }
  bool operator==(const PickedValues& other) const { return row == other.row; }

  const T* values;
  const std::uint32_t* row;
};

template <typename T>
std::vector<T> pick(const std::vector<T>& from, std::span<const std::uint32_t> rows) {
  if (from.empty()) return {};
  using Picked = PickedValues<T>;
  return {Picked{from.data(), rows.data()}, Picked{from.data(), rows.data() + rows.size()}};
}

template <typename T>
std::vector<T> cut(const std::vector<T>& from, std::size_t first, std::size_t count) {
  if (from.empty()) return {};
  const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace arbors::batch
