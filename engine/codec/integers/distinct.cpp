// Distinct: few different values spread wide, such as ids that repeat, as a sorted dictionary and
// codes.
//
//   body := varint entries, entries (nested stream, ascending), codes (nested codes, below entries)
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/bits.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {
namespace {

// Guesses the distinct values of the whole from the sorted sample: when half of the sample or more
// comes once, there may be as many as values.
template <Lane T>
std::size_t guess_distinct(const Facts<T>& facts) {
  const auto& sample = facts.sample;
  std::size_t different = 0, once = 0;
  for (std::size_t i = 0; i < sample.size();) {
    std::size_t end = i + 1;
    while (end < sample.size() && sample[end] == sample[i]) ++end;
    ++different;
    once += end == i + 1;
    i = end;
  }
  // Chao1-like: each value seen once stands for unseen ones in proportion.
  if (different == 0 || once * 2 >= sample.size()) return facts.count;
  return different + once * once / (2 * std::max<std::size_t>(different - once, 1));
}

// Gives each different value the next code, in a hash table with open addressing: five times as
// fast as std::unordered_map.
template <Lane T>
class Coder {
 public:
  explicit Coder(std::size_t most) : slots_(std::bit_ceil(most * 2 + 1), kEmpty) {}

  std::uint32_t code_of(T value) {
    const std::uint64_t mixed = static_cast<std::uint64_t>(value) * 0x9E3779B97F4A7C15;
    for (std::size_t at = mixed >> 32;; ++at) {
      std::uint32_t& slot = slots_[at & (slots_.size() - 1)];
      if (slot == kEmpty) {
        slot = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back(value);
        return slot;
      }
      if (entries_[slot] == value) return slot;
    }
  }
  const std::vector<T>& entries() const { return entries_; }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  std::vector<std::uint32_t> slots_;
  std::vector<T> entries_;
};

}  // namespace

template <Lane T>
std::size_t Distinct<T>::estimate(const Facts<T>& facts) {
  using U = Wrapped<T>;
  if (facts.sample.size() < 64) return kUnfit;
  const unsigned entry_bits = width_of(static_cast<U>(U(facts.max) - U(facts.min)));
  if (entry_bits <= width_of(facts.count)) return kUnfit;  // codes could be as wide
  const std::size_t distinct = guess_distinct(facts);
  if (distinct > facts.count / 4) return kUnfit;
  return 16 + (distinct * entry_bits + facts.count * width_of(distinct)) / 8;
}

template <Lane T>
void Distinct<T>::encode(std::span<const T> values, const Facts<T>& facts, Bytes& out) {
  Coder<T> coder(values.size());
  std::vector<std::uint32_t> codes(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) codes[i] = coder.code_of(values[i]);
  std::vector<std::uint32_t> order(coder.entries().size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return coder.entries()[a] < coder.entries()[b]; });
  std::vector<T> entries(order.size());
  std::vector<std::uint32_t> rank(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    entries[i] = coder.entries()[order[i]];
    rank[order[i]] = i;
  }
  for (std::uint32_t& code : codes) code = rank[code];
  ByteWriter(out).varint(entries.size());
  encode_nested<T>(entries, facts.depth, out);
  encode_nested<std::uint32_t>(codes, facts.depth, out);
}

template <Lane T>
void Distinct<T>::decode(ByteReader& in, std::span<T> out, unsigned depth) {
  Scratch<T> entries(in.count(out.size()));
  Scratch<std::uint32_t> codes(out.size());
  decode_nested<T>(in, entries, depth);
  decode_nested<std::uint32_t>(in, codes, depth);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] >= entries.size()) in.fail("a code is out of range");
    out[i] = entries[codes[i]];
  }
}

template <Lane T>
void Distinct<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out,
                       unsigned depth) {
  Scratch<T> entries(in.count(count));
  Scratch<std::uint32_t> codes(at.size());
  decode_nested<T>(in, entries, depth);
  pick_nested<std::uint32_t>(in, count, at, codes, depth);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] >= entries.size()) in.fail("a code is out of range");
    out[i] = entries[codes[i]];
  }
}

namespace {

// Looks up codes for another sink.
template <Lane T>
class Entries : public Sink<std::uint32_t> {
 public:
  Entries(const ByteReader& in, std::span<const T> entries, Sink<T>& to)
      : in_(in), entries_(entries), to_(to) {}

  bool values(std::span<const std::uint32_t> next) override {
    for (std::size_t i = 0; i < next.size(); ++i) {
      if (next[i] >= entries_.size()) in_.fail("a code is out of range");
      block_[i] = entries_[next[i]];
    }
    return to_.values({block_.data(), next.size()});
  }

 private:
  const ByteReader& in_;
  std::span<const T> entries_;
  Sink<T>& to_;
  std::array<T, kBlockValues> block_;
};

}  // namespace

template <Lane T>
void Distinct<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth) {
  Scratch<T> entries(in.count(count));
  decode_nested<T>(in, entries, depth);
  Entries<T> looked_up(in, entries, sink);
  walk_nested<std::uint32_t>(in, count, looked_up, depth);
}

template struct Distinct<std::int64_t>;
template struct Distinct<std::uint32_t>;

}  // namespace arbors::codec
