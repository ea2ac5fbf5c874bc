// A decoded column whose tags, integers, codes and array lengths take as many bits a row as they
// need: what a cache holds where it has not room for all columns as they are worked on. Pools of
// texts are shared with the vector, reals stay as they are. Costs a tenth of decoding to undo.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// So many numbers as distances from the least of them, in equally many bits each.
template <typename T>
class PackedNumbers {
 public:
  PackedNumbers() = default;
  // The distances of all must fit `width` bits; what does not comes back as some other number.
  PackedNumbers(std::span<const T> numbers, T base, unsigned width);

  void unpack(std::span<T> numbers) const;  // size() of them
  std::vector<T> unpack() const;
  // Some of them, ascending, each once; none where there are none at all.
  std::vector<T> pick(std::span<const std::uint32_t> at) const;
  std::size_t size() const { return size_; }
  unsigned width() const { return width_; }  // bits of each
  std::size_t memory() const { return bytes_.capacity(); }

 private:
  std::size_t size_ = 0;
  T base_ = 0;
  unsigned width_ = 0;
  Bytes bytes_;
};

// Codes, which come back in the narrowest words that hold all of them.
class PackedCodes {
 public:
  PackedCodes() = default;
  explicit PackedCodes(const Codes& codes);

  Codes unpack() const;
  Codes pick(std::span<const std::uint32_t> at) const;  // as PackedNumbers::pick
  std::size_t memory() const;

 private:
  std::variant<PackedNumbers<std::uint8_t>, PackedNumbers<std::uint16_t>,
               PackedNumbers<std::uint32_t>>
      numbers_;
};

class PackedVector {
 public:
  explicit PackedVector(const Vector& vector);

  // Makes the vector that was packed.
  VectorPtr unpack() const;
  // Makes a vector of some rows alone, ascending, each once; none is an array.
  VectorPtr pick(RowSpan at) const;
  std::size_t memory() const;  // bytes held, with those of the pools
  const std::shared_ptr<const TextPool>& strings() const { return rest_.strings; }

 private:
  void unpack_integers(Vector& vector) const;
  void unpack_starts(Vector& vector) const;

  Vector rest_;  // without what is packed
  PackedNumbers<std::uint8_t> tags_;
  PackedCodes codes_;
  PackedNumbers<std::uint32_t> lengths_;
  PackedNumbers<std::uint64_t> integers_;
  bool has_starts_ = false;
  std::uint32_t first_start_ = 0;
};
using PackedVectorPtr = std::shared_ptr<const PackedVector>;

// Null where packing saves less than an eighth.
PackedVectorPtr packed(const Vector& vector);

}  // namespace arbors::batch
