#include "engine/exec/scan/column_batch.h"

#include <algorithm>
#include <utility>

#include "engine/batch/vectors/tag.h"

namespace arbors::exec {
namespace {

using batch::Tag;

batch::VectorPtr objects(std::uint32_t rows, const std::vector<PathId>& keys) {
  auto root = std::make_shared<batch::Vector>();
  root->rows = rows;
  root->uniform = Tag::Object;
  root->kinds = batch::tag_bit(Tag::Object);
  root->codes = batch::Codes::zeros(rows);
  root->shapes = std::make_shared<const std::vector<std::vector<PathId>>>(1, keys);
  return root;
}

template <typename Number>
void widen(Number& least, Number& greatest, Number value, bool first) {
  least = first ? value : std::min(least, value);
  greatest = first ? value : std::max(greatest, value);
}

// In one pass without branches, which is vectorized.
std::pair<std::int64_t, std::int64_t> bounds_of(const std::int64_t* begin,
                                                const std::int64_t* end) {
  std::pair<std::int64_t, std::int64_t> bounds(*begin, *begin);
  for (; begin != end; ++begin) {
    bounds.first = std::min(bounds.first, *begin);
    bounds.second = std::max(bounds.second, *begin);
  }
  return bounds;
}

// Counts what occurs and bounds the numbers. Says nothing of strings: anything may be there.
batch::Statistics summarize(const batch::Vector& values) {
  batch::Statistics statistics;
  statistics.rows = values.rows;
  statistics.distinct = values.rows;
  statistics.string_max_open = true;
  statistics.numeric_strings = true;
  statistics.ascii_strings = false;
  if (values.tags.empty() && values.integers.empty() && values.reals.empty()) {
    statistics.counts[static_cast<unsigned>(values.uniform)] = values.rows;
    return statistics;
  }
  if (values.tags.empty() && values.uniform == Tag::Integer && values.rows > 0) {
    statistics.counts[static_cast<unsigned>(Tag::Integer)] = values.rows;
    const auto [least, greatest] =
        bounds_of(values.integers.data(), values.integers.data() + values.rows);
    statistics.integer_min = least;
    statistics.integer_max = greatest;
    return statistics;
  }
  bool reals = false;
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    const Tag tag = values.tag(row);
    auto& count = statistics.counts[static_cast<unsigned>(tag)];
    if (tag == Tag::Integer)
      widen(statistics.integer_min, statistics.integer_max, values.integers[row], count == 0);
    if (tag == Tag::Real || tag == Tag::BigNumber) {
      widen(statistics.real_min, statistics.real_max, values.reals[row], !reals);
      reals = true;
    }
    ++count;
  }
  return statistics;
}

}  // namespace

ColumnBatch::ColumnBatch(std::vector<NamedColumn> columns, std::uint32_t rows) : rows_(rows) {
  auto paths = std::make_shared<PathDictionary>();
  std::vector<PathId> keys;
  columns_.push_back(nullptr);
  for (NamedColumn& column : columns) {
    keys.push_back(paths->intern_key(kRootPath, column.name));
    columns_.push_back(std::move(column.values));
  }
  columns_[kRootPath] = objects(rows, keys);
  paths_ = std::move(paths);
  statistics_.resize(columns_.size());
}

std::vector<NamedColumn> ColumnBatch::columns() const {
  std::vector<NamedColumn> columns;
  for (PathId path = 1; path < columns_.size(); ++path)
    columns.push_back({(*paths_)[path].key, columns_[path]});
  return columns;
}

const batch::Statistics* ColumnBatch::statistics(PathId path) {
  if (path >= columns_.size()) return nullptr;
  if (!statistics_[path])
    statistics_[path] = std::make_unique<batch::Statistics>(summarize(*columns_[path]));
  return statistics_[path].get();
}

bool ColumnBatch::occurs(PathId path) { return path < columns_.size(); }

batch::VectorPtr ColumnBatch::column(PathId path) {
  return path < columns_.size() ? columns_[path] : nullptr;
}

}  // namespace arbors::exec
