#include "engine/exec/rows/direct_run.h"

#include <algorithm>
#include <vector>

#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/fields_batch.h"
#include "engine/exec/scan/reshape.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

// Rows rebuilt at once where a value costs JSON work: small, since a reader may stop early.
constexpr std::uint32_t kTextBlock = 128;
// Rows whose fields are computed at once for whole trees, after the first few.
constexpr std::uint32_t kTreeBlock = 4096;
// Rows whose fields are computed together: blocks are smaller, but for what is exploded.
constexpr std::uint32_t kMostFieldRows = 262'144;

// Tells whether some row has no value, so that its tree has one field less.
bool lacks_some(const NamedColumn& column) {
  const batch::Vector& values = *column.values;
  if (!values.has(batch::Tag::Missing)) return false;
  if (values.tags.empty()) return values.uniform == batch::Tag::Missing;
  return std::find(values.tags.begin(), values.tags.end(),
                   static_cast<std::uint8_t>(batch::Tag::Missing)) != values.tags.end();
}

// The columns that a batch was made of; nothing where it was not.
std::optional<std::vector<NamedColumn>> columns_of(batch::BatchReader& batch) {
  if (const auto* fields = dynamic_cast<const FieldsBatch*>(&batch)) return fields->fields();
  if (auto* columns = dynamic_cast<ColumnBatch*>(&batch)) return columns->columns();
  return std::nullopt;
}

}  // namespace

bool needs_text_work(batch::BatchReader& batch, const Path& path) {
  const auto column = batch::own_column(batch, path);
  if (!column) return true;
  const batch::Statistics* statistics = batch.statistics(*column);
  return statistics != nullptr && (statistics->kinds() & batch::kNestedTags) != 0;
}

DirectRun::DirectRun(TreeSourcePtr source, ScannedRows block, TreeShapePtr shape,
                     const ExecutionContext& context)
    : source_(std::move(source)),
      block_(std::move(block)),
      shape_(std::move(shape)),
      context_(context) {}

std::int64_t DirectRun::rowid(std::uint32_t row) const {
  return block_.segment->rowid(block_.tree_of(block_.rows[row]) - block_.segment->first_row);
}

std::uint64_t DirectRun::position(std::uint32_t row) const {
  return position_of(*block_.segment, block_.tree_of(block_.rows[row]));
}

expr::Selection DirectRun::part(std::uint32_t first, std::uint32_t count) const {
  if (first == 0 && count == size()) return block_.rows;
  std::vector<std::uint32_t> rows(count);
  for (std::uint32_t i = 0; i < count; ++i) rows[i] = block_.rows[first + i];
  return expr::Selection::list(std::move(rows));
}

ColumnBlock DirectRun::column(const Path& path, std::uint32_t row) {
  const expr::ExprPtr value = shape_->shape().resolve(expr::path(path));
  if (!value) return {reshaped_path(shape_, block_, path, context_), 0, size()};
  const Path* below = plan::bare_path(*value);
  const bool plain = !block_.mounts && below != nullptr && !needs_text_work(*block_.batch, *below);
  if (plain && block_.rows.is_all_of(block_.batch->trees()))
    return {batch::read_path(*block_.batch, *below), 0, size()};
  const std::uint32_t first = plain ? 0 : row - row % kTextBlock;
  const std::uint32_t count = plain ? size() : std::min(kTextBlock, size() - first);
  return {block_.evaluate(RowExpr(value), part(first, count)), first, count};
}

batch::VectorPtr DirectRun::evaluate(const RowExpr& expr) {
  return block_.evaluate(expr, block_.rows);
}

std::optional<std::vector<NamedColumn>> DirectRun::fields() {
  if (size() > kMostFieldRows) return std::nullopt;
  std::optional<std::vector<NamedColumn>> fields;
  if (shape_->is_flat()) {
    fields = fields_of(*shape_, block_, block_.rows);
  } else if (shape_->shape().is_whole() && !block_.mounts) {
    fields = columns_of(*block_.batch);
    if (fields && !block_.rows.is_all_of(block_.batch->trees())) {
      std::vector<std::uint32_t> rows(size());
      for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = block_.rows[i];
      for (NamedColumn& field : *fields) field.values = batch::gather(*field.values, rows);
    }
  }
  if (fields && (fields->empty() || std::any_of(fields->begin(), fields->end(), lacks_some)))
    return std::nullopt;
  return fields;
}

void DirectRun::tree(std::uint32_t row, std::string& out) {
  if (!trees_ || row < trees_first_ || row >= trees_first_ + trees_count_) {
    // Whole trees cost nothing to prepare; computed fields are computed for a few rows at first.
    const bool whole = shape_->shape().is_whole();
    const std::uint32_t most = trees_ ? kTreeBlock : kTextBlock;
    trees_first_ = whole ? 0 : row;
    trees_count_ = whole ? size() : std::min(most, size() - row);
    trees_.emplace(shape_, block_, part(trees_first_, trees_count_), context_);
  }
  trees_->write(row - trees_first_, out);
}

}  // namespace arbors::exec
