// What paths are read from: a sequence of values, each a row of a domain or a piece of JSON text
// (found inside an opaque value). A query's scope are the trees of a batch; inside list_any(…, e)
// and its like, the elements of lists. Whether a value was shredded or opaque never shows.
//
// Semantics: a key step enters objects, `[n]` arrays; any other value gives Missing. `[*]` gives
// every value found, in order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/batch/columns/batch_reader.h"

namespace arbors::batch {

// What a read gives for objects and arrays: their JSON text (as Opaque rows), or no more than that
// they are there (Object, Array or Opaque rows whose payload is not to be used), which reads no
// column below them.
enum class Nested : std::uint8_t { Text, Kind };

struct List;

// Where values lie as rows of a column's domain, each row once a value, in the values' order.
struct ColumnRows {
  PathId path = kNoPath;  // kNoPath: no value is there
  std::uint32_t domain_rows = 0;
  bool all = false;                 // value i is row i of the domain
  std::vector<std::uint32_t> rows;  // else value i is row rows[i], or kNoRow
};

class Scope {
 public:
  // The trees of a batch, all or the given rows. The batch outlives the scope.
  explicit Scope(BatchReader& batch);
  Scope(BatchReader& batch, RowSpan rows);
  // The values of a vector whose Opaque rows hold JSON text. It holds no Object and Array rows.
  explicit Scope(VectorPtr values);

  std::uint32_t size() const { return size_; }

  // Reads the value of a path for each row: size() values. A plain column over all trees is given
  // as it is, uncopied. A path with `[*]` gives a JSON array per row, Missing where no array is.
  VectorPtr read(const Path& path, Nested nested = Nested::Text) const;

  // Gives the column that holds the values of a path; nullopt where some of them are in opaque
  // text, or in lists.
  std::optional<ColumnRows> locate(const Path& path) const;

  // Tells whether read() gives a column as it is that lies decoded, of at most so many texts.
  bool lies_ready(const Path& path, std::uint32_t texts) const;

  // The names of the keys that shapes of objects read by Nested::Kind speak of; null where all rows
  // are text.
  const PathDictionary* paths() const { return batch_ == nullptr ? nullptr : &batch_->paths(); }

  // Opens a list for each row: without `[*]` in the path, the elements of the array there; with,
  // every value found.
  List list(const Path& path) const;

  // Narrows to some of the rows, by their numbers in this scope.
  Scope select(RowSpan rows) const;

 private:
  friend class ScopeWalk;
  using Steps = std::span<const PathStep>;
  struct TextRow {
    std::uint32_t row;      // in this scope
    std::string_view text;  // one JSON value
  };

  Scope() = default;

  bool shredded() const { return at_ != kNoPath; }
  std::uint32_t domain_row(std::uint32_t row) const { return all_ ? row : rows_[row]; }
  VectorPtr column() const;
  Scope follow(Steps steps) const;
  List elements() const;
  List found() const;
  VectorPtr values(Nested nested) const;
  VectorPtr shredded_values(Nested nested) const;
  VectorPtr read_lists(const Path& path, Nested nested) const;

  BatchReader* batch_ = nullptr;
  std::uint32_t size_ = 0;
  PathId at_ = kNoPath;              // the path whose values the rows are, where they are shredded
  std::uint32_t domain_rows_ = 0;    // rows that columns of its domain must have
  bool all_ = false;                 // row i is row i of the domain
  std::vector<std::uint32_t> rows_;  // else row i is row rows_[i] of it, or kNoRow
  std::vector<TextRow> texts_;       // rows that are JSON text, ascending, whatever rows_ says
  std::vector<VectorPtr> owners_;    // of the texts
  VectorPtr values_;                 // of a scope over a vector
};

// Lists of the rows of a scope.
struct List {
  std::vector<std::uint32_t> starts;  // row r has the elements starts[r] .. starts[r+1]-1
  std::vector<std::uint8_t> present;  // 0 where no array was found
  Scope elements;
};

}  // namespace arbors::batch
