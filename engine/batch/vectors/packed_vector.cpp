#include "engine/batch/vectors/packed_vector.h"

#include <algorithm>
#include <utility>

#include "engine/codec/packing/bits.h"

namespace arbors::batch {
namespace {

constexpr unsigned kLeastShare = 8;  // one part of so many must be saved

template <typename T>
unsigned width_of_all(const std::vector<T>& numbers) {
  T bits = 0;
  for (const T number : numbers) bits |= number;
  return codec::width_of(bits);
}

template <typename T>
PackedNumbers<T> pack_small(const std::vector<T>& numbers) {
  return {numbers, 0, width_of_all(numbers)};
}

// Rows of other kinds have no part in the bounds: their distances are not kept.
PackedNumbers<std::uint64_t> pack_integers(const Vector& vector) {
  if (vector.integers.empty()) return {};
  constexpr auto kInteger = static_cast<std::uint8_t>(Tag::Integer);
  std::int64_t least = INT64_MAX, greatest = INT64_MIN;
  for (std::size_t row = 0; row < vector.integers.size(); ++row) {
    if (!vector.tags.empty() && vector.tags[row] != kInteger) continue;
    least = std::min(least, vector.integers[row]);
    greatest = std::max(greatest, vector.integers[row]);
  }
  if (least > greatest) least = greatest = 0;  // no integer at all
  const std::span numbers(reinterpret_cast<const std::uint64_t*>(vector.integers.data()),
                          vector.integers.size());
  const auto base = static_cast<std::uint64_t>(least);
  return {numbers, base, codec::width_of(static_cast<std::uint64_t>(greatest) - base)};
}

PackedNumbers<std::uint32_t> pack_lengths(const std::vector<std::uint32_t>& starts) {
  std::vector<std::uint32_t> lengths(starts.empty() ? 0 : starts.size() - 1);
  for (std::size_t row = 0; row < lengths.size(); ++row)
    lengths[row] = starts[row + 1] - starts[row];
  return pack_small(lengths);
}

// What was not kept of rows of other kinds is 0.
void clear_others(Vector& vector) {
  if (vector.tags.empty()) return;
  constexpr auto kInteger = static_cast<std::uint8_t>(Tag::Integer);
  for (std::size_t row = 0; row < vector.integers.size(); ++row)
    vector.integers[row] = vector.tags[row] == kInteger ? vector.integers[row] : 0;
}

}  // namespace

template <typename T>
PackedNumbers<T>::PackedNumbers(std::span<const T> numbers, T base, unsigned width)
    : size_(numbers.size()), base_(base), width_(width) {
  bytes_.reserve(codec::packed_size(size_, width));
  std::vector<T> distances;
  if (base != 0) distances.assign(numbers.begin(), numbers.end());
  for (T& distance : distances) distance = static_cast<T>(distance - base);
  codec::pack<T>(base != 0 ? distances : numbers, width, bytes_);
}

template <typename T>
void PackedNumbers<T>::unpack(std::span<T> numbers) const {
  codec::unpack<T>(bytes_, width_, base_, numbers);
}

template <typename T>
std::vector<T> PackedNumbers<T>::unpack() const {
  std::vector<T> numbers(size_);
  unpack(numbers);
  return numbers;
}

template <typename T>
std::vector<T> PackedNumbers<T>::pick(std::span<const std::uint32_t> at) const {
  std::vector<T> numbers(size_ == 0 ? 0 : at.size());
  if (size_ > 0) codec::unpack_at<T>(bytes_, size_, width_, base_, at, numbers);
  return numbers;
}

PackedCodes::PackedCodes(const Codes& codes) {
  const std::vector<std::uint32_t> wide = codes.wide();
  const unsigned width = width_of_all(wide);
  const auto pack = [&]<typename Word>(Word) {
    const std::vector<Word> words(wide.begin(), wide.end());
    numbers_ = PackedNumbers<Word>(words, 0, width);
  };
  if (width <= 8) {
    pack(std::uint8_t{});
  } else if (width <= 16) {
    pack(std::uint16_t{});
  } else {
    pack(std::uint32_t{});
  }
}

Codes PackedCodes::unpack() const {
  return std::visit([](const auto& numbers) { return Codes(numbers.unpack()); }, numbers_);
}

Codes PackedCodes::pick(std::span<const std::uint32_t> at) const {
  return std::visit([&](const auto& numbers) { return Codes(numbers.pick(at)); }, numbers_);
}

std::size_t PackedCodes::memory() const {
  return std::visit([](const auto& numbers) { return numbers.memory(); }, numbers_);
}

PackedVector::PackedVector(const Vector& vector)
    : tags_(pack_small(vector.tags)),
      codes_(vector.codes),
      lengths_(pack_lengths(vector.starts)),
      integers_(pack_integers(vector)),
      has_starts_(!vector.starts.empty()),
      first_start_(has_starts_ ? vector.starts.front() : 0) {
  rest_.rows = vector.rows;
  rest_.uniform = vector.uniform;
  rest_.kinds = vector.kinds;
  rest_.reals = vector.reals;
  rest_.strings = vector.strings;
  rest_.big_numbers = vector.big_numbers;
  rest_.opaque = vector.opaque;
  rest_.shapes = vector.shapes;
}

VectorPtr PackedVector::unpack() const {
  auto vector = std::make_shared<Vector>(rest_);
  vector->tags = tags_.unpack();
  vector->codes = codes_.unpack();
  unpack_integers(*vector);
  if (has_starts_) unpack_starts(*vector);
  return vector;
}

VectorPtr PackedVector::pick(RowSpan at) const {
  auto vector = std::make_shared<Vector>();
  vector->rows = static_cast<std::uint32_t>(at.size());
  vector->uniform = rest_.uniform;
  vector->tags = tags_.pick(at);
  vector->kinds = vector->tags.empty() ? rest_.kinds : kinds_of(vector->tags);
  const std::vector<std::uint64_t> integers = integers_.pick(at);
  vector->integers.assign(integers.begin(), integers.end());
  clear_others(*vector);
  if (!rest_.reals.empty())
    for (const std::uint32_t row : at) vector->reals.push_back(rest_.reals[row]);
  vector->codes = codes_.pick(at);
  vector->strings = rest_.strings;
  vector->big_numbers = rest_.big_numbers;
  vector->opaque = rest_.opaque;
  vector->shapes = rest_.shapes;
  return vector;
}

void PackedVector::unpack_integers(Vector& vector) const {
  std::vector<std::int64_t>& integers = vector.integers;
  integers.resize(integers_.size());
  integers_.unpack({reinterpret_cast<std::uint64_t*>(integers.data()), integers.size()});
  clear_others(vector);
}

void PackedVector::unpack_starts(Vector& vector) const {
  const std::vector<std::uint32_t> lengths = lengths_.unpack();
  std::uint32_t start = first_start_;
  vector.starts.reserve(lengths.size() + 1);
  vector.starts.push_back(start);
  for (const std::uint32_t length : lengths) vector.starts.push_back(start += length);
}

std::size_t PackedVector::memory() const {
  const std::size_t numbers =
      tags_.memory() + codes_.memory() + lengths_.memory() + integers_.memory();
  return sizeof(PackedVector) - sizeof(Vector) + rest_.memory() + numbers;
}

PackedVectorPtr packed(const Vector& vector) {
  const std::size_t bytes = vector.memory();
  auto packed = std::make_shared<PackedVector>(vector);
  return packed->memory() <= bytes - bytes / kLeastShare ? packed : nullptr;
}

template class PackedNumbers<std::uint8_t>;
template class PackedNumbers<std::uint16_t>;
template class PackedNumbers<std::uint32_t>;
template class PackedNumbers<std::uint64_t>;

}  // namespace arbors::batch
