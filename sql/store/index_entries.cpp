#include "sql/store/index_entries.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/sort/text_numbers.h"
#include "sql/tables/merged_runs.h"
#include "sql/tables/segment_table.h"

namespace arbors::store {

namespace {

// Of a pool's texts those that some rows have, and how many of these, by the text's number.
std::vector<std::uint32_t> count_rows(const batch::Vector& column) {
  std::vector<std::uint32_t> counts(column.strings->size());
  column.codes.visit([&](const auto* codes) {
    // Of rows of other kinds the code is another thing's.
    for (std::uint32_t row = 0; row < column.rows; ++row)
      if (column.tag(row) == batch::Tag::String) ++counts[codes[row]];
  });
  return counts;
}

void sort_by_text(std::vector<std::uint32_t>& entries, const batch::TextPool& pool) {
  std::vector<std::string_view> texts;
  texts.reserve(entries.size());
  for (const std::uint32_t entry : entries) texts.push_back(pool[entry]);
  std::vector<std::uint32_t> order = exec::binary_order(texts);
  for (std::uint32_t& number : order) number = entries[number];
  entries = std::move(order);
}

}  // namespace

std::size_t IndexEntries::Run::memory() const {
  return texts.heap.size() + (texts.offsets.size() + starts.size()) * sizeof(std::uint32_t) +
         rowids.size() * sizeof(std::int64_t);
}

void IndexEntries::add(batch::BatchReader& batch, const exec::Segment& segment) {
  const Path& path = index_.path();
  const auto [rows, rowids] = rows_alive(segment);
  if (is_of_elements(path)) {
    std::vector<IndexKeys> keys = row_keys(batch, path, rows);
    for (std::size_t at = 0; at < rows.size(); ++at) add_other(std::move(keys[at]), rowids[at]);
  } else {
    const batch::VectorPtr column = batch::with_texts(batch::read_path(batch, path, rows));
    PolledSteps steps;
    for (std::uint32_t row = 0; row < column->rows; ++row, steps.step()) {
      if (column->tag(row) != batch::Tag::String)
        add_other(value_keys(batch::value_at(*column, row)), rowids[row]);
    }
    if (column->has(batch::Tag::String)) add_texts(*column, rowids);
  }
  if (held_ >= most_) write();
}

void IndexEntries::add_other(IndexKeys keys, std::int64_t rowid) {
  for (Value& key : keys) {
    held_ += sizeof(Other) + key.text.capacity();
    others_.push_back({std::move(key), rowid});
  }
}

void IndexEntries::add_texts(const batch::Vector& column, const std::vector<std::int64_t>& rowids) {
  const batch::TextPool& pool = *column.strings;
  const std::vector<std::uint32_t> counts = count_rows(column);
  std::vector<std::uint32_t> entries;
  for (std::uint32_t entry = 0; entry < counts.size(); ++entry)
    if (counts[entry] > 0) entries.push_back(entry);
  if (entries.empty()) return;
  if (!pool.sorted) sort_by_text(entries, pool);
  Run run;
  std::vector<std::uint32_t> next(counts.size());  // by entry: where its next row goes
  std::uint32_t start = 0;
  for (const std::uint32_t entry : entries) {
    run.texts.add(pool[entry]);
    run.starts.push_back(start);
    next[entry] = start;
    start += counts[entry];
  }
  run.starts.push_back(start);
  run.rowids.resize(start);
  column.codes.visit([&](const auto* codes) {
    for (std::uint32_t row = 0; row < column.rows; ++row)
      if (column.tag(row) == batch::Tag::String) run.rowids[next[codes[row]]++] = rowids[row];
  });
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const Value number = numeric_value(run.texts[at]);
    if (number.is_null()) continue;
    for (std::uint32_t row = run.starts[at]; row < run.starts[at + 1]; ++row)
      add_other({number}, run.rowids[row]);
  }
  held_ += run.memory();
  runs_.push_back(std::move(run));
}

void IndexEntries::write() {
  PathIndex::Writer writer(index_);
  write_others(writer);
  write_runs(writer);
  writer.finish();
  others_.clear();
  runs_.clear();
  held_ = 0;
}

void IndexEntries::write_others(PathIndex::Writer& writer) {
  PolledCompare less([](const Other& left, const Other& right) {
    const int order = compare(left.key, right.key);
    return order != 0 ? order < 0 : left.rowid < right.rowid;
  });
  std::sort(others_.begin(), others_.end(), std::ref(less));
  PolledSteps steps;
  for (const Other& other : others_) {
    writer.add(other.key, other.rowid);
    steps.step(kStepsAnEntry);
  }
}

void IndexEntries::write_runs(PathIndex::Writer& writer) {
  PolledSteps steps;
  walk_merged(runs_, [&](const Run& run, std::size_t at) {
    for (std::uint32_t row = run.starts[at]; row < run.starts[at + 1]; ++row) {
      writer.add(run[at], run.rowids[row]);
      steps.step(kStepsAnEntry);
    }
  });
}

}  // namespace arbors::store
