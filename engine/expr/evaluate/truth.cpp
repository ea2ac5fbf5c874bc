#include "engine/expr/evaluate/truth.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "engine/codec/packing/kernel.h"

namespace arbors::expr {
namespace {

// The places of the ones in a byte, lowest first.
constexpr auto kPlaces = [] {
  std::array<std::array<std::uint8_t, 8>, 256> places{};
  for (unsigned byte = 0; byte < 256; ++byte)
    for (unsigned bit = 0, at = 0; bit < 8; ++bit)
      if ((byte >> bit & 1) != 0) places[byte][at++] = static_cast<std::uint8_t>(bit);
  return places;
}();
constexpr std::size_t kSlack = 8;  // entries that write_kept may write beyond those that it keeps

// A bit for each of eight truths: whether it is the wanted one.
std::uint8_t wanted_bits(const std::uint8_t* truths, std::uint64_t all_wanted) {
  std::uint64_t eight;
  std::memcpy(&eight, truths, 8);
  const std::uint64_t difference = eight ^ all_wanted;  // of each byte two bits at most
  const std::uint64_t same = ~(difference | difference >> 1) & 0x0101010101010101ULL;
  return static_cast<std::uint8_t>(same * 0x0102040810204080ULL >> 56);
}

// Tells whether any of 64 truths is the wanted one.
[[gnu::always_inline]] inline bool any_wanted(const std::uint8_t* truths, std::uint8_t wanted) {
  std::uint8_t any = 0;
  for (unsigned k = 0; k < 64; ++k)
    any = static_cast<std::uint8_t>(any | (truths[k] == wanted ? 1 : 0));
  return any != 0;
}

// Writes the rows whose truth is wanted, without a branch on any one: 64 truths at a time, where
// few of them are wanted these one by one, else eight places at once, of which those kept count.
// `Rows` says which row a place is. Returns how many.
template <typename Rows>
[[gnu::always_inline]] inline std::size_t write_kept(const std::uint8_t* truths, std::size_t size,
                                                     std::uint8_t wanted, Rows rows,
                                                     std::uint32_t* out) {
  constexpr int kFew = 12;
  const std::uint64_t all_wanted = 0x0101010101010101ULL * wanted;
  std::size_t kept = 0;
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    if (!any_wanted(truths + i, wanted)) continue;
    std::uint64_t bits = 0;
    for (unsigned k = 0; k < 8; ++k)
      bits |= std::uint64_t{wanted_bits(truths + i + k * 8, all_wanted)} << (k * 8);
    if (std::popcount(bits) <= kFew) {
      for (; bits != 0; bits &= bits - 1)
        out[kept++] = rows.at(i + static_cast<std::size_t>(std::countr_zero(bits)));
    } else {
      for (std::size_t k = 0; k < 64; k += 8, bits >>= 8) {
        rows.write(i + k, kPlaces[bits & 0xFF].data(), out + kept);
        kept += static_cast<std::size_t>(std::popcount(bits & 0xFF));
      }
    }
  }
  for (; i < size; ++i) {
    out[kept] = rows.at(i);
    kept += truths[i] == wanted;
  }
  return kept;
}

// Rows one behind the other.
struct RunRows {
  std::uint32_t at(std::size_t i) const { return first + static_cast<std::uint32_t>(i); }
  [[gnu::always_inline]] void write(std::size_t i, const std::uint8_t* places,
                                    std::uint32_t* out) const {
    std::array<std::uint8_t, 8> own;  // which `out` cannot alias, so that the loop is vectorized
    std::memcpy(own.data(), places, own.size());
    for (std::size_t k = 0; k < own.size(); ++k) out[k] = at(i + own[k]);
  }
  std::uint32_t first;
};

struct ListedRows {
  std::uint32_t at(std::size_t i) const { return rows[i]; }
  [[gnu::always_inline]] void write(std::size_t i, const std::uint8_t* places,
                                    std::uint32_t* out) const {
    for (std::size_t k = 0; k < 8; ++k) out[k] = rows[i + places[k]];
  }
  const std::uint32_t* rows;
};

ARBORS_KERNEL std::size_t write_run(const std::uint8_t* truths, std::size_t size,
                                    std::uint8_t wanted, std::uint32_t first, std::uint32_t* out) {
  return write_kept(truths, size, wanted, RunRows{first}, out);
}

ARBORS_KERNEL std::size_t write_listed(const std::uint8_t* truths, std::size_t size,
                                       std::uint8_t wanted, const std::uint32_t* before,
                                       std::uint32_t* out) {
  return write_kept(truths, size, wanted, ListedRows{before}, out);
}

// The loops take plain pointers: a truth is a byte, which might alias whatever is read through an
// object, and then nothing is vectorized.
ARBORS_KERNEL void meet_bytes(std::uint8_t* truths, const std::uint8_t* others, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) truths[i] = others[i] < truths[i] ? others[i] : truths[i];
}

// Compares in the words' own width, of which a register holds the more the narrower they are.
template <typename Word>
[[gnu::always_inline]] inline void write_in_range(const Word* codes, std::size_t size, Word first,
                                                  Word span, std::uint8_t flip,
                                                  std::uint8_t* truths) {
  for (std::size_t i = 0; i < size; ++i) {
    const bool in = static_cast<Word>(codes[i] - first) <= span;
    truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
  }
}

ARBORS_KERNEL void test_words(const std::uint8_t* codes, std::size_t size, std::uint8_t first,
                              std::uint8_t span, std::uint8_t flip, std::uint8_t* truths) {
  write_in_range(codes, size, first, span, flip, truths);
}
ARBORS_KERNEL void test_words(const std::uint16_t* codes, std::size_t size, std::uint16_t first,
                              std::uint16_t span, std::uint8_t flip, std::uint8_t* truths) {
  write_in_range(codes, size, first, span, flip, truths);
}
ARBORS_KERNEL void test_words(const std::uint32_t* codes, std::size_t size, std::uint32_t first,
                              std::uint32_t span, std::uint8_t flip, std::uint8_t* truths) {
  write_in_range(codes, size, first, span, flip, truths);
}

ARBORS_KERNEL void test_integers(const std::int64_t* values, std::size_t size, std::uint64_t low,
                                 std::uint64_t span, std::uint8_t flip, std::uint8_t* truths) {
  for (std::size_t i = 0; i < size; ++i) {
    const bool in = static_cast<std::uint64_t>(values[i]) - low <= span;
    truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
  }
}
ARBORS_KERNEL void test_reals(const double* values, std::size_t size, double low, double high,
                              std::uint8_t flip, std::uint8_t* truths) {
  for (std::size_t i = 0; i < size; ++i) {
    const bool in = (values[i] >= low) & (values[i] <= high);
    truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
  }
}

// Of `count` codes from `first` on, those that words can hold.
template <typename Word>
void test_code_words(std::span<const Word> codes, std::uint32_t first, std::uint32_t count,
                     std::uint8_t flip, std::uint8_t* truths) {
  constexpr std::uint32_t kMost = std::numeric_limits<Word>::max();
  if (count == 0 || first > kMost) {
    std::fill_n(truths, codes.size(), static_cast<std::uint8_t>(kFalse ^ flip));
  } else {
    test_words(codes.data(), codes.size(), static_cast<Word>(first),
               static_cast<Word>(std::min(count - 1, kMost - first)), flip, truths);
  }
}

ARBORS_KERNEL void mark_null_bytes(const std::uint8_t* tags, std::size_t size,
                                   std::uint8_t* truths) {
  constexpr auto kNull = static_cast<std::uint8_t>(batch::Tag::Null);
  for (std::size_t i = 0; i < size; ++i) truths[i] = tags[i] <= kNull ? kUnknown : truths[i];
}

ARBORS_KERNEL void read_boolean_bytes(const std::uint8_t* tags, std::size_t size,
                                      std::uint8_t* truths) {
  constexpr auto kTrueTag = static_cast<std::uint8_t>(batch::Tag::True);
  constexpr auto kFalseTag = static_cast<std::uint8_t>(batch::Tag::False);
  for (std::size_t i = 0; i < size; ++i)
    truths[i] = tags[i] == kTrueTag ? kTrue : tags[i] == kFalseTag ? kFalse : kUnknown;
}
ARBORS_KERNEL void write_boolean_bytes(const std::uint8_t* truths, std::size_t size,
                                       std::uint8_t* tags) {
  constexpr auto kTrueTag = static_cast<std::uint8_t>(batch::Tag::True);
  constexpr auto kFalseTag = static_cast<std::uint8_t>(batch::Tag::False);
  constexpr auto kNullTag = static_cast<std::uint8_t>(batch::Tag::Null);
  for (std::size_t i = 0; i < size; ++i)
    tags[i] = truths[i] == kTrue ? kTrueTag : truths[i] == kFalse ? kFalseTag : kNullTag;
}

ARBORS_KERNEL void replace_bytes(const std::uint8_t* tags, std::size_t size, std::uint8_t tag,
                                 const std::uint8_t* others, std::uint8_t* truths) {
  for (std::size_t i = 0; i < size; ++i) truths[i] = tags[i] == tag ? truths[i] : others[i];
}

// Counts in bytes as long as these hold the counts, since a register has most of these.
ARBORS_KERNEL std::size_t count_bytes(const std::uint8_t* truths, std::size_t size,
                                      std::uint8_t wanted) {
  constexpr std::size_t kLanes = 64, kMost = UINT8_MAX * kLanes;
  std::size_t count = 0, i = 0;
  while (size - i >= kLanes) {
    std::array<std::uint8_t, kLanes> lanes{};
    const std::size_t end = i + std::min(kMost, (size - i) / kLanes * kLanes);
    for (; i < end; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] = static_cast<std::uint8_t>(lanes[lane] + (truths[i + lane] == wanted ? 1 : 0));
    for (const std::uint8_t lane : lanes) count += lane;
  }
  for (; i < size; ++i) count += truths[i] == wanted ? 1 : 0;
  return count;
}

}  // namespace

std::size_t meet(Truths& truths, const Truths& others) {
  meet_bytes(truths.data(), others.data(), truths.size());
  return count(truths);
}

void test_codes(std::span<const std::uint8_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths) {
  test_code_words(codes, first, count, flip, truths);
}
void test_codes(std::span<const std::uint16_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths) {
  test_code_words(codes, first, count, flip, truths);
}
void test_codes(std::span<const std::uint32_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths) {
  test_code_words(codes, first, count, flip, truths);
}

void test_numbers(std::span<const std::int64_t> values, std::int64_t low, std::int64_t high,
                  std::uint8_t flip, std::uint8_t* truths) {
  const auto first = static_cast<std::uint64_t>(low);
  test_integers(values.data(), values.size(), first, static_cast<std::uint64_t>(high) - first, flip,
                truths);
}
void test_numbers(std::span<const double> values, double low, double high, std::uint8_t flip,
                  std::uint8_t* truths) {
  test_reals(values.data(), values.size(), low, high, flip, truths);
}

void mark_nulls(std::span<const std::uint8_t> tags, std::uint8_t* truths) {
  mark_null_bytes(tags.data(), tags.size(), truths);
}

void read_booleans(std::span<const std::uint8_t> tags, std::uint8_t* truths) {
  read_boolean_bytes(tags.data(), tags.size(), truths);
}
void write_booleans(const Truths& truths, std::uint8_t* tags) {
  write_boolean_bytes(truths.data(), truths.size(), tags);
}

void replace_others(std::span<const std::uint8_t> tags, batch::Tag tag, const std::uint8_t* others,
                    std::uint8_t* truths) {
  replace_bytes(tags.data(), tags.size(), static_cast<std::uint8_t>(tag), others, truths);
}

std::size_t count(const Truths& truths, std::uint8_t wanted) {
  return count_bytes(truths.data(), truths.size(), wanted);
}

void keep(Selection& selection, const Truths& truths, std::uint8_t wanted) {
  keep(selection, truths, wanted, count(truths, wanted));
}

void keep(Selection& selection, const Truths& truths, std::uint8_t wanted, std::size_t kept) {
  const std::size_t size = truths.size();
  if (kept == size) return;  // a run stays a run
  if (kept == 0) {
    selection = Selection();
    return;
  }
  std::vector<std::uint32_t> rows(kept + kSlack);
  if (selection.is_run())
    write_run(truths.data(), size, wanted, selection.first(), rows.data());
  else
    write_listed(truths.data(), size, wanted, selection.rows().data(), rows.data());
  rows.resize(kept);
  selection = Selection::list(std::move(rows));
}

}  // namespace arbors::expr
