// One row whose tree, or values of it, are pending, read alone: from its text, as a batch only
// where one is asked for. So an UPDATE of such a row, which asks for nothing, costs no more than
// finding it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/batch/trees/row_reader.h"
#include "sql/batches/connection.h"

namespace arbors::store {

class PendingRow : public batch::RowReader {
 public:
  // `read` gives the tree, minimal JSON text; it is called once, when the tree is first needed.
  PendingRow(std::function<std::string()> read, std::shared_ptr<const PathDictionary> paths,
             ConnectionPtr connection)
      : read_(std::move(read)), paths_(std::move(paths)), connection_(std::move(connection)) {}

  batch::BatchReader& batch() override { return *shared_batch(); }
  const batch::BatchReaderPtr& shared_batch();
  Value value(const Path& path, std::uint32_t row) override;
  void write_tree(std::uint32_t row, std::string& out) override;
  std::size_t held() const override { return 1; }

 private:
  const std::string& tree();

  std::function<std::string()> read_;
  std::shared_ptr<const PathDictionary> paths_;
  ConnectionPtr connection_;
  std::optional<std::string> tree_;
  batch::VectorPtr values_;      // the tree as one value; null: not needed yet
  batch::BatchReaderPtr batch_;  // likewise
};

}  // namespace arbors::store
