#include "engine/batch/trees/row_reader.h"

#include <algorithm>

#include "engine/base/value.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/trees/tree_writer.h"
#include "engine/batch/vectors/vector_builder.h"

namespace arbors::batch {

namespace {

constexpr std::size_t kMostKept = 64 << 10;  // bytes of a tree

}  // namespace

BatchRows::BatchRows(BatchReaderPtr batch, Counters* counters)
    : batch_(std::move(batch)), counters_(counters) {}

BatchRows::~BatchRows() = default;

TreeWriter& BatchRows::writer() {
  if (!writer_) writer_ = std::make_unique<TreeWriter>(*batch_, counters_);
  return *writer_;
}

BatchRows::Known& BatchRows::find(const Path& path) {
  const auto known = std::find_if(known_.begin(), known_.end(),
                                  [&](const Known& one) { return one.path == path; });
  if (known != known_.end()) return *known;
  return known_.emplace_back(Known{path, own_column(*batch_, path), nullptr});
}

// Reads the column, or this row of it alone: no text of objects and arrays.
RowReader::Value BatchRows::read(Known& known, std::uint32_t row) {
  if (!known.column) {
    if (VectorPtr picked = batch_->picked(*known.id, RowSpan(&row, 1)))
      return {std::move(picked), 0};
    known.column = read_path(*batch_, known.path, Nested::Kind);
  }
  return {known.column, row};
}

RowReader::Value BatchRows::value(const Path& path, std::uint32_t row) {
  Known& known = find(path);
  if (!known.id) return {read_path(*batch_, path, RowSpan(&row, 1)), 0};
  Value value = read(known, row);
  const Tag tag = value.vector->tag(value.row);
  if ((tag_bit(tag) & kNestedTags) == 0) return value;
  if (tag == Tag::Opaque) return {read_path(*batch_, path, RowSpan(&row, 1)), 0};
  VectorBuilder text(1);
  text.append_value(arbors::Value::json(nested_text(*known.id, row)));
  return {text.finish(), 0};
}

template <typename Write>
void BatchRows::write_with(const Write& write) {
  try {
    write(writer());
    writer_->let_go();
  } catch (...) {
    writer_.reset();  // it may take a column that failed for one that is not there
    throw;
  }
}

std::string BatchRows::nested_text(PathId path, std::uint32_t row) {
  std::string text;
  write_with([&](TreeWriter& writer) {
    writer.expect(RowSpan(&row, 1));
    writer.write(path, row, text);
  });
  return text;
}

void BatchRows::write_tree(std::uint32_t row, std::string& out) {
  if (batch_->append_tree(row, out)) return;
  if (row == last_row_ && !last_tree_.empty()) {
    out += last_tree_;
    return;
  }
  const std::size_t begin = out.size();
  write_with([&](TreeWriter& writer) {
    writer.expect(RowSpan(&row, 1));
    writer.prefetch(row);
    writer.write_tree(row, out);
  });
  last_row_ = row;
  last_tree_.clear();
  if (out.size() - begin <= kMostKept) last_tree_.assign(out, begin);
}

std::size_t BatchRows::held() const { return known_.size() + (writer_ ? writer_->held() : 0); }

}  // namespace arbors::batch
