#include "sql/store/batch_writer.h"

#include "engine/base/interrupt.h"
#include "engine/batch/build/batch_builder.h"

namespace arbors::store {
void BatchWriter::add(std::int64_t rowid, std::string_view tree) {
  poll_interrupt(1 + tree.size() / kBytesAStep);
  texts_ += tree;
  ends_.push_back(texts_.size());
  rowids_.push_back(rowid);
  if (ends_.size() >= store_.options_.batch_trees || texts_.size() >= kBatchJsonBytes) close();
}

void BatchWriter::close() {
  if (ends_.empty()) return;
  std::vector<std::string_view> documents;
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    documents.push_back(std::string_view(texts_).substr(begin, end - begin));
    begin = end;
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
  ends_.clear();
  rowids_.clear();
}

}  // namespace arbors::store
