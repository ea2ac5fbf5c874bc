#include "engine/exec/export/arrow_relation.h"

#include <algorithm>
#include <map>

#include "engine/base/error.h"
#include "engine/exec/export/stored_types.h"
#include "engine/exec/rows/direct_run.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/exec/stages/row_streams.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kMostTableBytes = 128U << 20;  // of more than one tree

std::optional<batch::ColumnRows> locate(const ScannedRows& block, const RowExpr& expr,
                                        const expr::Selection& rows) {
  const RowExpr::Leaf& leaf = expr.leaves().front();
  if (block.mounts) return block.mounts->locate(leaf, rows);
  return Mounts(*block.batch).locate(leaf, rows);
}

RowChoice choice(batch::ColumnRows rows) {
  return {rows.domain_rows, rows.all, std::move(rows.rows)};
}

// Tells whether an expression is true or false for each row, whatever the rows hold.
bool is_boolean(const expr::Expr& expr) {
  return expr.as<expr::IsNull>() != nullptr || expr.as<expr::IsTruth>() != nullptr;
}

// Calls `visit` with each block of picked rows, once a segment, and which of its rows are picked.
template <typename Visit>
void for_each_picked(const Relation& relation, const ExecutionContext& context, Visit visit) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_segment;
  for (const RowRef& row : *relation.picked) by_segment[row.segment].push_back(row.row);
  for (auto& [segment, rows] : by_segment) {
    context.check_interrupt();
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    visit(reopen(relation.input, segment, context), expr::Selection::list(std::move(rows)));
  }
}

}  // namespace

ArrowRelation::ArrowRelation(Relation relation, const ExecutionContext& context,
                             std::size_t most_offset)
    : relation_(std::move(relation)), context_(context), most_offset_(most_offset) {
  take_shape();
  if (!see_statistics()) see_rows();
  make_columns();
}

// Takes the shape apart into columns; builds the trees where they are none of its expressions.
void ArrowRelation::take_shape() {
  base_.expr.emplace(expr::path(Path()));
  base_.is_path = true;
  const plan::RowShape& shape = relation_.shape;
  const auto is_column = [](const plan::RowShape::Edit& edit) { return edit.at.steps.size() == 1; };
  bool columns = std::all_of(shape.edits().begin(), shape.edits().end(), is_column);
  whole_ = !shape.fields_only();
  // What is set in a tree that is no object is an error, which building the trees finds.
  if (whole_ && !shape.edits().empty() && columns) columns = all_objects();
  if (!columns) {
    reshape(relation_, context_);
    whole_ = true;
    return;
  }
  for (const plan::RowShape::Edit& edit : shape.edits()) {
    Value& value = values_.emplace_back(Value{edit.at.steps.front().key, std::nullopt});
    if (!edit.value) continue;
    value.expr.emplace(edit.value);
    value.is_path = plan::bare_path(*edit.value) != nullptr;
    value.settled = is_boolean(*edit.value);
    if (value.settled) value.seen.add(batch::tag_bit(batch::Tag::True));
  }
}

// Tells whether the scan makes new trees, of which the source's statistics do not tell.
bool ArrowRelation::reshapes() const {
  const ScanSteps& steps = relation_.input.steps;
  return std::any_of(steps.begin(), steps.end(), [](const ScanStep& step) {
    return std::holds_alternative<ReshapeStep>(step) || std::holds_alternative<FlattenStep>(step);
  });
}

bool ArrowRelation::all_objects() const {
  if (reshapes()) return false;
  StoredTypes trees{&*base_.expr};
  see_stored(relation_.input, {&trees, 1});
  return trees.known && trees.seen.only_objects();
}

// Asks the source's statistics for types; false where rows must be read for some.
bool ArrowRelation::see_statistics() {
  std::vector<Value*> asked;
  std::vector<StoredTypes> types;
  bool all = true;
  const auto ask = [&](Value& value) {
    if (!value.expr || value.settled) return;
    all = all && value.is_path && !reshapes();
    if (!value.is_path || reshapes()) return;
    asked.push_back(&value);
    types.push_back({&*value.expr});
  };
  if (whole_) ask(base_);
  for (Value& value : values_) ask(value);
  if (!asked.empty()) see_stored(relation_.input, types);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    all = all && types[i].known;
    asked[i]->settled = types[i].known;
    if (types[i].known) asked[i]->seen = std::move(types[i].seen);
  }
  return all;
}

void ArrowRelation::see_rows() {
  std::vector<std::vector<SeenValues>> found;
  if (relation_.picked) {
    for_each_picked(relation_, context_,
                    [&](const ScannedRows& block, const expr::Selection& rows) {
                      see_block(block, rows, found.emplace_back());
                    });
  } else if (relation_.sliced()) {
    ScanStream scan(relation_.input, relation_.slice, nullptr, context_);
    while (const RowRunPtr run = scan.next()) {
      const ScannedRows& block = static_cast<const DirectRun&>(*run).block();
      see_block(block, block.rows, found.emplace_back());
    }
  } else {
    const std::vector<const RowExpr*> read = this->read();
    found = compute_blocks<std::vector<SeenValues>>(relation_.input, read, context_,
                                                    [this](const ScannedRows& block) {
                                                      std::vector<SeenValues> seen;
                                                      see_block(block, block.rows, seen);
                                                      return seen;
                                                    });
  }
  for (const std::vector<SeenValues>& block : found) {
    if (!base_.settled) base_.seen.add(block.front());
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (!values_[i].settled) values_[i].seen.add(block[i + 1]);
  }
}

// Adds what is not settled: the tree's types first, then each value's.
void ArrowRelation::see_block(const ScannedRows& block, const expr::Selection& rows,
                              std::vector<SeenValues>& seen) const {
  const auto see = [&](const Value& value) {
    SeenValues& of_value = seen.emplace_back();
    if (value.settled || !value.expr) return;
    const auto found = value.is_path ? locate(block, *value.expr, rows) : std::nullopt;
    if (found)
      of_value.add(*block.batch, found->path);
    else
      of_value.add(block.evaluate(*value.expr, rows));
  };
  seen.reserve(values_.size() + 1);
  if (whole_)
    see(base_);
  else
    seen.emplace_back();
  for (const Value& value : values_) see(value);
}

void ArrowRelation::make_columns() {
  if (whole_ && !base_.seen.nothing()) {
    const bool objects = base_.seen.only_objects();
    fields_ = objects ? base_.seen.members() : std::vector<ArrowField>{};
    if (!objects || (fields_.empty() && values_.empty())) {
      fields_.assign(1, base_.seen.field("value"));
      origins_.push_back({SIZE_MAX, true});
    }
    origins_.resize(fields_.size());
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto known = std::find_if(fields_.begin(), fields_.end(), [&](const ArrowField& field) {
      return field.name == values_[i].name;
    });
    const auto origin = origins_.begin() + (known - fields_.begin());
    if (!values_[i].expr) {
      if (known == fields_.end()) continue;
      fields_.erase(known);
      origins_.erase(origin);
    } else if (known == fields_.end()) {
      fields_.push_back(values_[i].seen.field(values_[i].name));
      origins_.push_back({i});
    } else {
      *known = values_[i].seen.field(values_[i].name);
      *origin = {i};
    }
  }
  name_fields(fields_);
}

std::vector<const RowExpr*> ArrowRelation::read() const {
  std::vector<const RowExpr*> read;
  if (whole_) read.push_back(&*base_.expr);
  for (const Value& value : values_)
    if (value.expr) read.push_back(&*value.expr);
  return read;
}

void ArrowRelation::encode(const ScannedRows& block, const expr::Selection& rows,
                           std::vector<ArrowTable>& out) const {
  const std::uint32_t count = rows.size();
  if (count <= kMostArrowRows) {
    std::optional<ArrowTable> table = try_encode(block, rows);
    if (table && (count <= 1 || table->bytes() <= kMostTableBytes)) {
      out.push_back(std::move(*table));
      return;
    }
    if (count <= 1)
      throw Error(ErrorCode::Limit, "a tree is too large for a column of an Arrow table (" +
                                        std::to_string(most_offset_) +
                                        " bytes of text or elements); take it as JSON");
  }
  const std::uint32_t half = count > kMostArrowRows ? kMostArrowRows : count / 2;
  encode(block, cut(rows, 0, half), out);
  encode(block, cut(rows, half, count - half), out);
}

// Gives nothing where the rows do not fit together.
std::optional<ArrowTable> ArrowRelation::try_encode(const ScannedRows& block,
                                                    const expr::Selection& rows) const {
  ArrowTable table{rows.size(), {}};
  ArrowColumns stored(*block.batch, most_offset_);
  std::optional<batch::ColumnRows> trees;
  if (whole_) trees = locate(block, *base_.expr, rows);
  const RowChoice of_trees = trees ? choice(std::move(*trees)) : RowChoice();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const ArrowField& field = fields_[i];
    std::optional<ArrowArray> array;
    if (origins_[i].value == SIZE_MAX) {
      const PathId path =
          origins_[i].root ? kRootPath : block.batch->paths().find_key(kRootPath, field.key);
      array = stored.encode(field, path, of_trees);
    } else {
      const Value& value = values_[origins_[i].value];
      auto found = value.is_path ? locate(block, *value.expr, rows) : std::nullopt;
      if (found) {
        const PathId path = found->path;
        array = stored.encode(field, path, choice(std::move(*found)));
      } else {
        array = encode_values(field, *block.evaluate(*value.expr, rows), most_offset_);
      }
    }
    if (!array) return std::nullopt;
    table.columns.push_back(std::move(*array));
  }
  return table;
}

}  // namespace arbors::exec
