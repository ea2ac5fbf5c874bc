// Counts values by the codes of their texts: a histogram of a column as it lies, whose entries are
// then looked up, instead of a number a row that is counted afterwards.
#include <array>
#include <numeric>

#include "engine/exec/group/value_numbers.h"

namespace arbors::exec {
namespace {

using batch::Tag;

// Counts the rows of each code, neighbouring rows apart, since an addition to the same code waits
// for the one before.
template <typename Word>
std::vector<std::uint32_t> rows_of_codes(std::span<const Word> codes, std::size_t entries) {
  constexpr std::size_t kApart = 4;
  std::vector<std::uint32_t> counts(entries * kApart);
  std::array<std::uint32_t*, kApart> parts{};
  for (std::size_t part = 0; part < kApart; ++part) parts[part] = counts.data() + part * entries;
  std::size_t row = 0;
  for (; row + kApart <= codes.size(); row += kApart)
    for (std::size_t part = 0; part < kApart; ++part) ++parts[part][codes[row + part]];
  for (; row < codes.size(); ++row) ++parts[0][codes[row]];
  for (std::size_t part = 1; part < kApart; ++part)
    for (std::size_t code = 0; code < entries; ++code) counts[code] += parts[part][code];
  counts.resize(entries);
  return counts;
}

// How many rows are NULL; of a column of texts and NULL.
std::uint32_t nulls_of(const batch::Vector& values) {
  const auto string = static_cast<std::uint8_t>(Tag::String);
  std::uint32_t nulls = 0;
  for (const std::uint8_t tag : values.tags) nulls += tag != string ? 1U : 0U;
  return nulls;
}

}  // namespace

bool ValueNumbers::count(const batch::Vector& values, std::vector<GroupRows>& rows) {
  constexpr std::size_t kRowsAnEntry = 8;
  const std::size_t entries = values.strings ? values.strings->size() : 0;
  const bool fits = values.only(batch::tag_bit(Tag::String) | batch::kNullTags) && entries > 0 &&
                    values.codes.size() == values.rows && entries * kRowsAnEntry <= values.rows &&
                    (!values.tags.empty() || values.uniform == Tag::String) &&
                    collation_ == Collation::Binary && all_strings_;
  if (!fits) return false;
  std::vector<std::uint32_t> counts = values.codes.visit(
      [&](const auto* codes) { return rows_of_codes(std::span(codes, values.rows), entries); });
  const std::uint32_t nulls = nulls_of(values);
  if (counts.front() < nulls || (nulls > 0 && null_ == kNone)) return false;
  counts.front() -= nulls;  // their code is 0
  rows.clear();
  if (!number_counted(values, counts, rows)) return false;
  if (nulls > 0) rows.push_back({null_, nulls});
  return true;
}

// Gives the codes that occur their numbers; false where one has none yet: numbers follow the first
// appearance in the rows, which counts do not tell.
bool ValueNumbers::number_counted(const batch::Vector& values,
                                  std::span<const std::uint32_t> counts,
                                  std::vector<GroupRows>& rows) {
  const batch::EntryNumbers::Numbers* in_domain = nullptr;
  if (values.strings->numbers && enter_domain(values.strings->numbers->domain()))
    in_domain = values.strings->numbers->find(*values.strings, values.codes);
  std::string space;
  for (std::uint32_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    std::uint32_t entry = kNone;
    if (domain_ && in_domain != nullptr) {
      const std::uint32_t text = in_domain[code].load(std::memory_order_relaxed);
      if (text < domain_entries_.size()) entry = domain_entries_[text];
    } else if (!domain_) {
      entry = find_text((*values.strings)[code], space);
    }
    if (entry == kNone) return false;
    rows.push_back({entry, counts[code]});
  }
  return true;
}

}  // namespace arbors::exec
