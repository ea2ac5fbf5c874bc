// Trees read one by one: what the first row needs to be looked up serves those after it. A reader
// may outlive the query that it was opened for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/counters.h"
#include "engine/base/path.h"
#include "engine/batch/columns/batch_reader.h"

namespace arbors::batch {

class TreeWriter;

class RowReader {
 public:
  // A row's value as SQL sees it: row `row` of the vector.
  struct Value {
    VectorPtr vector;
    std::uint32_t row;
  };

  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  virtual BatchReader& batch() = 0;
  virtual Value value(const Path& path, std::uint32_t row) = 0;
  virtual void write_tree(std::uint32_t row, std::string& out) = 0;  // appends

  // Ends one query's reading: counters tell then what it has left unread.
  virtual void settle() {}

  // About how many columns, and places of keys in trees, it keeps.
  virtual std::size_t held() const = 0;
};

using RowReaderPtr = std::shared_ptr<RowReader>;

// The rows of a batch.
class BatchRows : public RowReader {
 public:
  // `counters`, where given, counts whole trees written and outlives the reader.
  explicit BatchRows(BatchReaderPtr batch, Counters* counters = nullptr);
  ~BatchRows() override;

  BatchReader& batch() override { return *batch_; }
  Value value(const Path& path, std::uint32_t row) override;
  void write_tree(std::uint32_t row, std::string& out) override;
  std::size_t held() const override;

 private:
  // A path that was asked for, the path of the column that holds the values of all rows, where one
  // does, and that column once it is read.
  struct Known {
    Path path;
    std::optional<PathId> id;
    VectorPtr column;
  };

  Known& find(const Path& path);
  Value read(Known& known, std::uint32_t row);
  std::string nested_text(PathId path, std::uint32_t row);
  TreeWriter& writer();
  template <typename Write>
  void write_with(const Write& write);  // calls write(TreeWriter&)

  BatchReaderPtr batch_;
  Counters* counters_;
  std::vector<Known> known_;
  std::unique_ptr<TreeWriter> writer_;  // null: not needed yet
  std::uint32_t last_row_ = 0;          // whose tree was written last, where it is no long one:
  std::string last_tree_;               // it is soon asked for again where it is being changed
};

}  // namespace arbors::batch
