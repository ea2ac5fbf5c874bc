#include "engine/exec/scan/tree_shape.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/json/edit/edit.h"

namespace arbors::exec {
namespace {

// Which tree of its source it is, as far as that is known.
std::string place_of(const ScannedRows& block, std::uint32_t row) {
  if (block.segment == nullptr) return {};
  const std::uint32_t tree = block.tree_of(row);
  return ", in the tree at position " + std::to_string(position_of(*block.segment, tree)) +
         " (rowid " + std::to_string(block.segment->rowid(tree - block.segment->first_row)) + ")";
}

// Only add_field sets what the tree may refuse.
[[noreturn]] void refuse_field(const Error& error, const std::string& place) {
  throw Error(error.code(), std::string("add_field: ") + error.what() + place +
                                "; add_field skip … leaves such trees as they are");
}

void give_names(std::string& tree, const std::vector<plan::Rename::Name>& names) {
  std::vector<json::KeyName> keys;
  for (const plan::Rename::Name& name : names) keys.push_back({name.from.steps, name.to});
  tree = json::with_names(tree, keys);
}

}  // namespace

TreeShape::TreeShape(plan::RowShape shape) : shape_(std::move(shape)) {
  flat_ = shape_.fields_only();
  std::vector<std::string_view> names;
  for (const plan::RowShape::Edit& edit : shape_.edits()) {
    flat_ = flat_ && edit.value && edit.at.steps.size() == 1;
    if (!edit.at.steps.empty()) names.push_back(edit.at.steps.front().key);
    values_.push_back(edit.value ? std::optional<RowExpr>(edit.value) : std::nullopt);
  }
  std::sort(names.begin(), names.end());
  flat_ = flat_ && std::adjacent_find(names.begin(), names.end()) == names.end();
}

const std::string& TreeShape::name(std::size_t field) const {
  return shape_.edits()[field].at.steps.front().key;
}

std::vector<NamedColumn> fields_of(const TreeShape& shape, const EvaluateRows& evaluate) {
  std::vector<NamedColumn> fields;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    batch::VectorPtr values = evaluate(*shape.value(i));
    if (shape.shape().edits()[i].shows_null)
      values = batch::with_nulls_as(values, batch::Tag::Null);
    fields.push_back({shape.name(i), std::move(values)});
  }
  return fields;
}

std::vector<NamedColumn> fields_of(const TreeShape& shape, const ScannedRows& block,
                                   const expr::Selection& rows) {
  return fields_of(shape, [&](const RowExpr& value) { return block.evaluate(value, rows); });
}

ShapedTrees::ShapedTrees(TreeShapePtr shape, const ScannedRows& block, const expr::Selection& rows,
                         const ExecutionContext& context)
    : shape_(std::move(shape)), block_(block), rows_(rows), context_(context) {
  if (shape_->is_flat()) {
    fields_.emplace(fields_of(*shape_, block_, rows_), rows_.size());
    return;
  }
  for (std::size_t i = 0; i < shape_->size(); ++i) {
    const auto& value = shape_->value(i);
    values_.push_back(value ? block_.evaluate(*value, rows_) : nullptr);
  }
}

void ShapedTrees::write(std::uint32_t i, std::string& out) {
  if (shape_->shape().is_whole()) return write_base(i, out);
  if (fields_) {
    fields_->append_tree(i, out);
    return;
  }
  std::string text;
  if (shape_->shape().fields_only()) {
    text = "{}";
  } else {
    write_base(i, text);
  }
  for (std::size_t at = 0; at < values_.size(); ++at) {
    const plan::RowShape::Edit& edit = shape_->shape().edits()[at];
    std::optional<std::string> value;
    if (values_[at] && values_[at]->tag(i) != batch::Tag::Missing)
      batch::write_value(*values_[at], i, value.emplace());
    else if (values_[at] && edit.shows_null)
      value = "null";
    if (edit.spread) {
      if (value) text = json::with_members(text, *value);
    } else if (!edit.names.empty()) {
      give_names(text, edit.names);
    } else {
      set_field(text, edit.at.steps, value, rows_[i]);
    }
  }
  out += text;
}

void ShapedTrees::set_field(std::string& tree, std::span<const PathStep> steps,
                            const std::optional<std::string>& value, std::uint32_t row) const {
  try {
    tree = json::with_value(tree, steps, value);
  } catch (const Error& error) {
    refuse_field(error, place_of(block_, row));
  }
}

void ShapedTrees::open_writer() {
  writer_.emplace(*block_.batch, context_.counters);
  std::vector<std::uint32_t> trees(rows_.size());
  for (std::uint32_t i = 0; i < trees.size(); ++i) trees[i] = block_.tree_of(rows_[i]);
  std::sort(trees.begin(), trees.end());
  trees.erase(std::unique(trees.begin(), trees.end()), trees.end());
  writer_->expect(trees);
}

void ShapedTrees::write_base(std::uint32_t i, std::string& out) {
  if (block_.batch->append_tree(block_.tree_of(rows_[i]), out)) return;
  // Loads nothing ahead: a few rows may need few of the batch's columns.
  if (!writer_) open_writer();
  writer_->write_tree(block_.tree_of(rows_[i]), out);
}

}  // namespace arbors::exec
