#include "engine/expr/truth.h"

#include <cstring>

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

}  // namespace

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
