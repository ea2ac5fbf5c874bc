#include "sql/store/index_entries.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/vector_ops.h"

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

std::size_t shared_prefix(std::string_view left, std::string_view right) {
  const auto [end, other] = std::ranges::mismatch(left, right);
  return static_cast<std::size_t>(end - left.begin());
}

// The eight bytes from a place on, as a number that is ordered as they are: most comparisons of
// texts end with it, behind what all of them begin with.
std::uint64_t bytes_at(std::string_view text, std::size_t place) {
  std::array<unsigned char, 8> bytes{};
  text.remove_prefix(std::min(place, text.size()));
  std::copy_n(text.begin(), std::min(text.size(), bytes.size()), bytes.begin());
  std::uint64_t number = 0;
  for (const unsigned char byte : bytes) number = number << 8 | byte;
  return number;
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
  if (entries.empty()) return;
  const std::string_view first = pool[entries.front()];
  std::size_t prefix = first.size();
  for (const std::uint32_t entry : entries)
    prefix = shared_prefix(first.substr(0, prefix), pool[entry]);
  struct Keyed {
    std::uint64_t bytes;
    std::uint32_t entry;
  };
  std::vector<Keyed> keyed;
  keyed.reserve(entries.size());
  for (const std::uint32_t entry : entries) keyed.push_back({bytes_at(pool[entry], prefix), entry});
  PolledCompare less([&](const Keyed& left, const Keyed& right) {
    return left.bytes != right.bytes ? left.bytes < right.bytes
                                     : pool[left.entry] < pool[right.entry];
  });
  std::sort(keyed.begin(), keyed.end(), std::ref(less));
  std::ranges::transform(keyed, entries.begin(), &Keyed::entry);
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
  const std::string_view first = runs_.front().texts[0];
  std::size_t prefix = first.size();
  for (const Run& run : runs_) {
    for (const std::size_t at : {std::size_t{0}, run.texts.size() - 1})
      prefix = shared_prefix(first.substr(0, prefix), run.texts[at]);
  }
  return prefix;
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
    heap.push_back({bytes_at(runs_[run].texts[0], prefix), run, 0});
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
      least.bytes = bytes_at(text(least), prefix);
    } else {
      least = heap.back();
      heap.pop_back();
    }
    replace_top(heap, least, later);
  }
}

}  // namespace arbors::store
