#include "sql/state/pending_row.h"

#include <string_view>

#include "engine/batch/trees/scope.h"
#include "engine/batch/vectors/vector_builder.h"
#include "sql/state/pending_batch.h"
#include "sql/state/pending_trees.h"

namespace arbors::store {

const std::string& PendingRow::tree() {
  if (!tree_) tree_ = read_();
  return *tree_;
}

// With a dictionary of its own, which the tree may bring new paths to.
const batch::BatchReaderPtr& PendingRow::shared_batch() {
  if (batch_ != nullptr) return batch_;
  auto paths = std::make_shared<PathDictionary>(*paths_);
  const std::string_view text = tree();
  PendingBlock block = build_block({&text, 1}, *paths);
  return batch_ = std::make_shared<PendingBatch>(std::move(block), std::move(paths), connection_);
}

batch::RowReader::Value PendingRow::value(const Path& path, std::uint32_t) {
  if (values_ == nullptr) {
    batch::VectorBuilder text(1);
    text.append_json(tree());
    values_ = text.finish();
  }
  return {batch::Scope(values_).read(path), 0};
}

void PendingRow::write_tree(std::uint32_t, std::string& out) { out += tree(); }

}  // namespace arbors::store
