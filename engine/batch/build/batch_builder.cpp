#include "engine/batch/build/batch_builder.h"

#include <algorithm>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/build/arrow_walker.h"
#include "engine/batch/build/column_set.h"
#include "engine/batch/build/document_walker.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/input/relaxed_input.h"
#include "engine/json/input/structural_index.h"
#include "engine/json/values/fault.h"

namespace arbors::batch {
namespace {

// Indexes about this much text at a time: the index and the text it covers stay in the cache.
constexpr std::size_t kGroupBytes = 128U << 10;

// Trees, and values of a column, that are not worth the overhead of thousands of columns.
constexpr std::uint32_t kFewTrees = 8;
constexpr std::size_t kFewValues = 8;

// Puts a byte that begins no token after a text, for as long as it is walked.
class Sentinel {
 public:
  explicit Sentinel(char* at) : at_(at), kept_(std::exchange(*at, '\0')) {}
  ~Sentinel() { *at_ = kept_; }
  Sentinel(const Sentinel&) = delete;
  Sentinel& operator=(const Sentinel&) = delete;

 private:
  char* at_;
  char kept_;
};

void check_room(std::uint64_t bytes) {
  // Offsets into a batch's texts have 32 bits.
  if (bytes > 0xF0000000U) throw Error(ErrorCode::Limit, "a batch would exceed 3.75 GB of JSON");
}

PathId find_path(const PathDictionary& paths, const ColumnBuilder& column,
                 const std::vector<PathId>& path_of) {
  if (column.parent == nullptr) return kRootPath;
  const PathId parent = path_of[column.parent->id];
  return column.element ? paths.find_element(parent) : paths.find_key(parent, column.key);
}

BatchBuilder::Rejected rejection(const json::DocumentSpan& span, std::string_view document,
                                 const DocumentError& error) {
  const std::string_view before = document.substr(0, error.offset());
  const auto lines = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  const std::uint64_t place = span.file_offset + error.offset();
  const std::uint64_t line_offset =
      lines == 0 ? span.line_offset : span.file_offset + before.rfind('\n') + 1;
  return {span.line + lines, place + 1, place - line_offset + 1, span.file, error.what(), {}};
}

}  // namespace

class BatchBuilder::Impl {
 public:
  explicit Impl(const BuilderLimits& limits)
      : limits_(limits), columns_(limits), walker_(columns_, limits), rows_(columns_, limits) {}

  Impl(const BuilderLimits& limits, Leniency leniency) : Impl(limits) { leniency_ = leniency; }
  void set_leniency(Leniency leniency) { leniency_ = leniency; }

  void add(std::string_view document) {
    copy_ = document;
    add_alone({copy_.data(), copy_.size()}, copy_.data() + copy_.size());
  }

  void add(const arrow::Array& rows, std::size_t at, arrow::Allowance& allowance);

  std::vector<Rejected> add_slice(json::Slice& slice, OnError on_error, std::size_t first,
                                  std::size_t count);

  BuiltBatch take(const std::vector<PathId>& path_of);

  // Keeps few trees whole where their columns would hold hardly more than a value each, and so take
  // many times the trees' text.
  void fold_lone_maps() {
    if (trees_ <= kFewTrees && columns_.columns().size() > limits_.max_paths &&
        columns_.values_a_column() < kFewValues)
      columns_.fold(columns_.root(), true);
  }

  bool all_known(const PathDictionary& paths, std::vector<PathId>& path_of) const;
  void intern_all(PathDictionary& paths, std::size_t room, std::vector<PathId>& path_of);

  std::uint32_t trees() const { return trees_; }
  std::uint64_t json_bytes() const { return json_bytes_; }

 private:
  // Adds a document that `*end` follows, which is changed for the while.
  void add_alone(std::string_view document, char* end) {
    const Sentinel sentinel(end);
    if (!index_.build(document)) refuse(document);
    add_indexed(document, {document.data(), index_.begin(), end});
  }

  void add_indexed(std::string_view document, const json::TokenCursor& cursor);
  void add_without_duplicates(std::string_view document);
  [[noreturn]] void refuse(std::string_view document) const;
  void require_well_formed(std::string_view document) const;
  void add_group(json::Slice& slice, std::size_t first, std::size_t last, OnError on_error,
                 std::vector<Rejected>& rejected);

  const BuilderLimits limits_;
  ColumnSet columns_;
  DocumentWalker walker_;
  ArrowWalker rows_;
  bool add_without_nonfinite(std::string_view document);

  Leniency leniency_;
  json::StructuralIndex index_;
  std::string copy_;
  std::uint32_t trees_ = 0;
  std::uint64_t json_bytes_ = 0;
};

// Tries until the document fits: each fold takes paths away for good, so this ends.
void BatchBuilder::Impl::add_indexed(std::string_view document, const json::TokenCursor& cursor) {
  using Outcome = DocumentWalker::Outcome;
  check_room(json_bytes_ + document.size());
  while (true) {
    columns_.begin_document();
    columns_.root().rows = trees_ + 1;
    const Outcome outcome = walker_.walk(cursor, trees_);
    if (outcome == Outcome::Added) break;
    columns_.root().rows = trees_;
    columns_.roll_back();
    rows_.forget();
    if (outcome == Outcome::Malformed) refuse(document);
    require_well_formed(document);
    if (outcome == Outcome::DuplicateKey) return add_without_duplicates(document);
    columns_.apply_fold();
  }
  ++trees_;
  json_bytes_ += document.size();
  poll_interrupt(document.size() / kBytesAStep);
}

void BatchBuilder::Impl::add(const arrow::Array& rows, std::size_t at,
                             arrow::Allowance& allowance) {
  while (true) {
    columns_.begin_document();
    columns_.root().rows = trees_ + 1;
    if (rows_.walk(rows, at, trees_, allowance)) break;
    columns_.root().rows = trees_;
    columns_.roll_back();
    rows_.forget();
    columns_.apply_fold();
  }
  ++trees_;
  json_bytes_ += rows_.json_bytes();
  check_room(json_bytes_);
}

void BatchBuilder::Impl::add_without_duplicates(std::string_view document) {
  std::string text = json::normalize(document);
  json::StructuralIndex index;  // the group's own index is still in use
  if (!index.build(text)) refuse(document);
  add_indexed(text, {text.data(), index.begin(), text.data() + text.size()});
  json_bytes_ += document.size() - text.size();
}

void BatchBuilder::Impl::require_well_formed(std::string_view document) const {
  if (auto fault = json::find_fault(document, limits_.max_nesting)) {
    throw DocumentError(fault->reason, fault->offset);
  }
}

void BatchBuilder::Impl::refuse(std::string_view document) const {
  require_well_formed(document);
  throw DocumentError("the document cannot be read", 0);
}

std::vector<BatchBuilder::Rejected> BatchBuilder::Impl::add_slice(json::Slice& slice,
                                                                  OnError on_error,
                                                                  std::size_t first,
                                                                  std::size_t count) {
  std::vector<Rejected> rejected;
  const auto& documents = slice.documents();
  const std::size_t last = first + std::min(count, documents.size() - first);
  while (first < last) {
    std::size_t group = first + 1;
    while (group < last &&
           documents[group].begin + documents[group].size - documents[first].begin < kGroupBytes) {
      ++group;
    }
    add_group(slice, first, group, on_error, rejected);
    if (on_error == OnError::Stop && !rejected.empty()) break;
    first = group;
  }
  return rejected;
}

void BatchBuilder::Impl::add_group(json::Slice& slice, std::size_t first, std::size_t last,
                                   OnError on_error, std::vector<Rejected>& rejected) {
  const auto& documents = slice.documents();
  const std::size_t begin = documents[first].begin;
  const std::size_t end = documents[last - 1].begin + documents[last - 1].size;
  const Sentinel sentinel(slice.data() + end);
  const char* text = slice.data() + begin;
  const bool indexed = index_.build({text, end - begin});
  json::TokenCursor cursor{text, index_.begin(), nullptr};
  for (std::size_t i = first; i < last; ++i) {
    const json::DocumentSpan& span = documents[i];
    const std::string_view document = slice.document(span);
    try {
      if (indexed) {
        cursor.token = std::lower_bound(cursor.token, index_.end(), span.begin - begin);
        cursor.end = document.data() + document.size();
        add_indexed(document, cursor);
      } else {
        add_alone(document, slice.data() + span.begin + span.size);
      }
    } catch (const DocumentError& error) {
      if (add_without_nonfinite(document)) continue;
      rejected.push_back(rejection(span, document, error));
      if (leniency_.keep_texts) rejected.back().text = document;
      if (on_error == OnError::Stop) return;
    }
  }
}

// Adds a refused document with null for what is no finite number; false where that does not help.
bool BatchBuilder::Impl::add_without_nonfinite(std::string_view document) {
  if (!leniency_.nonfinite_null) return false;
  const std::string text = json::without_nonfinite(document);
  if (text.empty() || json::find_fault(text, limits_.max_nesting)) return false;
  add_without_duplicates(text);
  json_bytes_ += document.size() - text.size();
  return true;
}

bool BatchBuilder::Impl::all_known(const PathDictionary& paths,
                                   std::vector<PathId>& path_of) const {
  path_of.assign(columns_.columns().back()->id + 1, kNoPath);
  return std::all_of(columns_.columns().begin(), columns_.columns().end(), [&](const auto& column) {
    return (path_of[column->id] = find_path(paths, *column, path_of)) != kNoPath;
  });
}

// Numbers the columns in order; folds what holds a path that has no room. A fold may drop columns
// that were numbered, so it begins again.
void BatchBuilder::Impl::intern_all(PathDictionary& paths, std::size_t room,
                                    std::vector<PathId>& path_of) {
  const std::size_t most = paths.size() + room;
  std::size_t i = 0;
  while (i < columns_.columns().size()) {
    ColumnBuilder& column = *columns_.columns()[i++];
    PathId& path = path_of[column.id];
    path = find_path(paths, column, path_of);
    if (path != kNoPath) continue;
    if (paths.size() >= most) {
      columns_.fold(*column.parent, !column.element);
      i = 0;
    } else {
      const PathId parent = path_of[column.parent->id];
      path = column.element ? paths.intern_element(parent) : paths.intern_key(parent, column.key);
    }
  }
}

BuiltBatch BatchBuilder::Impl::take(const std::vector<PathId>& path_of) {
  BuiltBatch batch;
  batch.trees = trees_;
  batch.json_bytes = json_bytes_;
  columns_.root().rows = trees_;
  for (const auto& column : columns_.columns()) {
    ColumnBuffer& buffer = batch.columns.emplace_back();
    buffer.path = path_of[column->id];
    column->tags.resize(column->domain->rows, static_cast<std::uint8_t>(Tag::Missing));
    buffer.tags = std::move(column->tags);
    buffer.integers = std::move(column->integers);
    buffer.reals = std::move(column->reals);
    buffer.strings = column->strings.take();
    buffer.big_numbers = column->big_numbers.take();
    buffer.opaque = column->opaque.take();
    buffer.lengths = std::move(column->lengths);
    buffer.shape_of = std::move(column->shape_of);
    buffer.shapes = std::move(column->shapes);
    for (auto& shape : buffer.shapes) {
      for (PathId& key : shape) key = path_of[key];
    }
  }
  return batch;
}

BatchBuilder::BatchBuilder(BuilderLimits limits)
    : impl_(std::make_unique<Impl>(limits)), limits_(limits) {}
BatchBuilder::~BatchBuilder() = default;
BatchBuilder::BatchBuilder(BatchBuilder&&) noexcept = default;
BatchBuilder& BatchBuilder::operator=(BatchBuilder&&) noexcept = default;

void BatchBuilder::set_leniency(Leniency leniency) {
  leniency_ = leniency;
  impl_->set_leniency(leniency);
}

void BatchBuilder::add(std::string_view document) { impl_->add(document); }

void BatchBuilder::add(const arrow::Array& rows, std::size_t at, arrow::Allowance& allowance) {
  impl_->add(rows, at, allowance);
}

std::vector<BatchBuilder::Rejected> BatchBuilder::add_slice(json::Slice& slice, OnError on_error,
                                                            std::size_t first, std::size_t count) {
  return impl_->add_slice(slice, on_error, first, count);
}

std::uint32_t BatchBuilder::trees() const { return impl_->trees(); }
std::uint64_t BatchBuilder::json_bytes() const { return impl_->json_bytes(); }

BuiltBatch BatchBuilder::finish(SharedPaths& paths, std::uint64_t sequence) {
  const std::unique_ptr<Impl> built =
      std::exchange(impl_, std::make_unique<Impl>(limits_, leniency_));
  built->fold_lone_maps();
  std::vector<PathId> path_of;
  paths.resolve(
      sequence,
      [&](const PathDictionary& dictionary) { return built->all_known(dictionary, path_of); },
      [&](PathDictionary& dictionary, std::size_t room) {
        built->intern_all(dictionary, room, path_of);
      });
  return built->take(path_of);
}

BuiltBatch build_batch(std::span<const std::string_view> documents, PathDictionary& paths,
                       BuilderLimits limits, std::size_t* failed) {
  BatchBuilder builder(limits);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (failed != nullptr) *failed = i;
    builder.add(documents[i]);
  }
  SharedPaths shared(paths);
  return builder.finish(shared, 0);
}

}  // namespace arbors::batch
