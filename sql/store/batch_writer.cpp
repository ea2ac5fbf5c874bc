#include "sql/store/batch_writer.h"

#include "engine/base/interrupt.h"
#include "engine/batch/build/batch_builder.h"

namespace arbors::store {

void BatchWriter::add(std::int64_t rowid, std::string_view tree) {
  const std::size_t begin = texts_.size();
  texts_ += tree;
  add(rowid, Tree{nullptr, begin, tree.size()});
}

void BatchWriter::add_kept(std::int64_t rowid, std::string_view tree) {
  add(rowid, Tree{tree.data(), 0, tree.size()});
}

void BatchWriter::add(std::int64_t rowid, const Tree& tree) {
  poll_interrupt(1 + tree.size / kBytesAStep);
  trees_.push_back(tree);
  rowids_.push_back(rowid);
  bytes_ += tree.size;
  if (trees_.size() >= store_.options_.batch_trees || bytes_ >= kBatchJsonBytes) close();
}

void BatchWriter::close() {
  if (trees_.empty()) return;
  std::vector<std::string_view> documents;
  documents.reserve(trees_.size());
  for (const Tree& tree : trees_) {
    documents.emplace_back(tree.elsewhere != nullptr ? tree.elsewhere : texts_.data() + tree.begin,
                           tree.size);
  }
  batch::BuiltBatch built;
  try {
    built = batch::build_batch(documents, *store_.paths_);
  } catch (const batch::DocumentError& error) {
    throw_corrupt("a stored tree of '" + store_.names_.table + "' is not JSON: " + error.what());
  }
  SegmentVersion segment = store_.store_batch(encode_batch(built));
  exec::Segment& run = segment.run;
  run.first_rowid = rowids_.front();
  for (std::size_t k = 0; k < rowids_.size() && run.rowids.empty(); ++k) {
    if (rowids_[k] != run.first_rowid + static_cast<std::int64_t>(k)) run.rowids = rowids_;
  }
  segments_.push_back(std::move(segment));
  texts_.clear();
  trees_.clear();
  rowids_.clear();
  bytes_ = 0;
}

}  // namespace arbors::store
