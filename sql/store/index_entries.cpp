#include "sql/store/index_entries.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/codec/texts/affixes.h"
#include "engine/exec/sort/text_numbers.h"

namespace arbors::store {

namespace {

constexpr std::uint64_t kStepsAnEntry = 16;  // of polling

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

// Puts another item in the place of a heap's top.
template <typename Item, typename Later>
void replace_top(std::vector<Item>& heap, const Item& item, const Later& later) {
  std::size_t hole = 0;
  for (std::size_t child = 1; child < heap.size(); child = 2 * hole + 1) {
    if (child + 1 < heap.size() && later(heap[child], heap[child + 1])) ++child;
    if (!later(item, heap[child])) break;
    heap[hole] = heap[child];
    hole = child;
  }
  if (hole < heap.size()) heap[hole] = item;
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
  std::vector<std::uint32_t> rows;
  std::vector<std::int64_t> rowids;
  for (std::uint32_t row = 0; row < segment.rows; ++row) {
    if (!segment.is_live(row)) continue;
    rows.push_back(segment.first_row + row);
    rowids.push_back(segment.rowid(row));
  }
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

// What all texts of the runs begin with.
std::size_t IndexEntries::prefix_of_runs() const {
  std::vector<std::string_view> bounds;
  for (const Run& run : runs_) {
    bounds.push_back(run.texts[0]);
    bounds.push_back(run.texts[run.texts.size() - 1]);
  }
  return codec::shared_prefix(bounds).size();
}

// A heap holds the next text of each run, the least on top.
void IndexEntries::write_runs(PathIndex::Writer& writer) {
  if (runs_.empty()) return;
  struct Next {
    std::uint64_t bytes;
    std::uint32_t run;
    std::uint32_t at;  // in the run
  };
  const std::size_t prefix = prefix_of_runs();
  const auto text = [&](const Next& next) { return runs_[next.run].texts[next.at]; };
  const auto later = [&](const Next& left, const Next& right) {
    if (left.bytes != right.bytes) return left.bytes > right.bytes;
    const int order = text(left).compare(text(right));
    return order != 0 ? order > 0 : left.run > right.run;
  };
  std::vector<Next> heap;
  for (std::uint32_t run = 0; run < runs_.size(); ++run)
    heap.push_back({exec::eight_bytes(runs_[run].texts[0], prefix), run, 0});
  std::make_heap(heap.begin(), heap.end(), later);
  PolledSteps steps;
  while (!heap.empty()) {
    Next least = heap.front();
    const Run& run = runs_[least.run];
    for (std::uint32_t row = run.starts[least.at]; row < run.starts[least.at + 1]; ++row) {
      writer.add(text(least), run.rowids[row]);
      steps.step(kStepsAnEntry);
    }
    if (++least.at < run.texts.size()) {
      least.bytes = exec::eight_bytes(text(least), prefix);
    } else {
      least = heap.back();
      heap.pop_back();
    }
    replace_top(heap, least, later);
  }
}

}  // namespace arbors::store
