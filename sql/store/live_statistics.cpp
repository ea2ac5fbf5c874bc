#include "sql/store/live_statistics.h"

#include <algorithm>

#include "engine/base/error.h"

namespace arbors::store {

namespace {

using batch::Statistics;
using batch::Tag;

template <typename Look>
void for_each_row(const RowRuns& runs, const Look& look) {
  for (const RowRun& run : runs) {
    for (std::uint32_t k = 0; k < run.count; ++k) look(run.first + k);
  }
}

void require_rows(const batch::Vector& column, const RowRuns& runs, std::string_view what) {
  if (!runs.empty() && runs.back().first + std::uint64_t{runs.back().count} > column.rows)
    throw_corrupt("a batch's columns do not fit together: " + std::string(what));
}

// Widens the bounds of one kind of numbers, of which `seen` were counted before.
template <typename Number>
void widen(std::uint32_t seen, Number value, Number& least, Number& greatest) {
  least = seen == 0 ? value : std::min(least, value);
  greatest = seen == 0 ? value : std::max(greatest, value);
}

void count_row(const batch::Vector& column, std::uint32_t row, Statistics& counted) {
  const Tag tag = column.tag(row);
  const std::uint32_t reals = counted.count(Tag::Real) + counted.count(Tag::BigNumber);
  if (tag == Tag::Integer) {
    widen(counted.count(tag), column.integers[row], counted.integer_min, counted.integer_max);
    *counted.integer_sum += column.integers[row];
  } else if (tag == Tag::Real || tag == Tag::BigNumber) {
    widen(reals, column.reals[row], counted.real_min, counted.real_max);
  }
  ++counted.counts[static_cast<unsigned>(tag) % batch::kTags];
}

}  // namespace

void add_run(RowRuns& runs, RowRun run) {
  if (run.count == 0) return;
  if (!runs.empty() && runs.back().first + runs.back().count == run.first) {
    runs.back().count += run.count;
  } else {
    runs.push_back(run);
  }
}

std::uint64_t rows_of(const RowRuns& runs) {
  std::uint64_t rows = 0;
  for (const RowRun& run : runs) rows += run.count;
  return rows;
}

std::optional<TextBounds> text_bounds(const batch::Vector& column, const RowRuns& runs) {
  std::optional<TextBounds> bounds;
  if (!column.has(Tag::String)) return bounds;
  for_each_row(runs, [&](std::uint32_t row) {
    if (column.tag(row) != Tag::String) return;
    const std::string_view text = column.text(row);
    if (!bounds) bounds = TextBounds{text, text};
    bounds->least = std::min(bounds->least, text);
    bounds->greatest = std::max(bounds->greatest, text);
  });
  return bounds;
}

LiveStatistics::LiveStatistics(batch::BatchReader& reader, RowRuns live) : reader_(reader) {
  runs_.emplace(kRootPath, std::move(live));
}

// Follows rows of an array's domain to their elements' rows.
const RowRuns& LiveStatistics::runs(PathId domain) {
  if (const auto known = runs_.find(domain); known != runs_.end()) return known->second;
  const PathDictionary& paths = reader_.paths();
  const PathId array = paths[domain].parent;
  const RowRuns& parents = runs(paths[array].domain);
  const batch::VectorPtr arrays = reader_.column(array);
  RowRuns elements;
  if (arrays != nullptr && !arrays->starts.empty()) {
    require_rows(*arrays, parents, paths.text(array));
    for (const RowRun& run : parents) {
      const std::uint32_t first = arrays->starts[run.first];
      add_run(elements, {first, arrays->starts[run.first + run.count] - first});
    }
  }
  return runs_.emplace(domain, std::move(elements)).first->second;
}

std::optional<Statistics> LiveStatistics::of(PathId path) {
  const Statistics* stored = reader_.statistics(path);
  if (stored == nullptr) return std::nullopt;
  const RowRuns& rows = runs(reader_.paths()[path].domain);
  Statistics counted;
  counted.rows = static_cast<std::uint32_t>(rows_of(rows));
  const batch::VectorPtr column = reader_.column(path);
  if (column == nullptr) {
    counted.counts[static_cast<unsigned>(Tag::Missing)] = counted.rows;
    return counted;
  }
  require_rows(*column, rows, reader_.paths().text(path));
  for_each_row(rows, [&](std::uint32_t row) { count_row(*column, row, counted); });
  if (const auto bounds = text_bounds(*column, rows)) {
    counted.string_min = bounds->least;
    counted.string_max = bounds->greatest;
  }
  counted.distinct = std::min(stored->distinct, counted.rows);
  return counted;
}

}  // namespace arbors::store
