#include "engine/expr/evaluate/truth.h"

#include <cstring>

#include "engine/batch/vectors/tag.h"
#include "engine/codec/kernel.h"

namespace arbors::expr {
namespace {

// Writes the rows whose truth is wanted, without a branch on it; eight unwanted rows are passed
// over at once, which is what makes a selective filter cheap.
template <typename RowOf>
std::size_t write_kept(const Truths& truths, std::uint8_t wanted, RowOf row_of,
                       std::uint32_t* out) {
  const std::uint64_t all_wanted = 0x0101010101010101ULL * wanted;
  const std::size_t size = truths.size();
  std::size_t kept = 0;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, truths.data() + i, 8);
    const std::uint64_t difference = eight ^ all_wanted;  // a zero byte where wanted
    const bool any =
        ((difference - 0x0101010101010101ULL) & ~difference & 0x8080808080808080ULL) != 0;
    if (!any) continue;
    for (std::size_t k = i; k < i + 8; ++k) {
      out[kept] = row_of(k);
      kept += truths[k] == wanted;
    }
  }
  for (; i < size; ++i) {
    out[kept] = row_of(i);
    kept += truths[i] == wanted;
  }
  return kept;
}

// The loops take plain pointers: a truth is a byte, which might alias whatever is read through an
// object, and then nothing is vectorized.
ARBORS_KERNEL std::size_t meet_bytes(std::uint8_t* truths, const std::uint8_t* others,
                                     std::size_t size) {
  std::uint32_t passed = 0;
  for (std::size_t i = 0; i < size; ++i) {
    truths[i] = others[i] < truths[i] ? others[i] : truths[i];
    passed += truths[i] >> 1;
  }
  return passed;
}

ARBORS_KERNEL void test_code_words(const std::uint32_t* codes, std::size_t size,
                                   std::uint32_t first, std::uint32_t count, std::uint8_t flip,
                                   std::uint8_t* truths) {
  for (std::size_t i = 0; i < size; ++i) {
    const bool in = codes[i] - first < count;
    truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
  }
}

ARBORS_KERNEL void mark_null_bytes(const std::uint8_t* tags, std::size_t size,
                                   std::uint8_t* truths) {
  constexpr auto kNull = static_cast<std::uint8_t>(batch::Tag::Null);
  for (std::size_t i = 0; i < size; ++i) truths[i] = tags[i] <= kNull ? kUnknown : truths[i];
}

static_assert(kTrue >> 1 == 1 && kUnknown >> 1 == 0);

}  // namespace

std::size_t meet(Truths& truths, const Truths& others) {
  return meet_bytes(truths.data(), others.data(), truths.size());
}

void test_codes(std::span<const std::uint32_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths) {
  test_code_words(codes.data(), codes.size(), first, count, flip, truths);
}

void mark_nulls(std::span<const std::uint8_t> tags, std::uint8_t* truths) {
  mark_null_bytes(tags.data(), tags.size(), truths);
}

void keep(Selection& selection, const Truths& truths, std::uint8_t wanted) {
  std::vector<std::uint32_t> rows(truths.size());
  std::size_t kept = 0;
  if (selection.is_run()) {
    const std::uint32_t first = selection.empty() ? 0 : selection.first();
    kept = write_kept(
        truths, wanted, [first](std::size_t i) { return first + static_cast<std::uint32_t>(i); },
        rows.data());
    if (kept == truths.size()) return;  // a run stays a run
  } else {
    const std::span<const std::uint32_t> before = selection.rows();
    kept = write_kept(
        truths, wanted, [before](std::size_t i) { return before[i]; }, rows.data());
  }
  rows.resize(kept);
  selection = Selection::list(std::move(rows));
}

}  // namespace arbors::expr
