#include "engine/exec/scan/decode_plan.h"

#include <algorithm>
#include <concepts>
#include <memory>
#include <utility>

#include "engine/exec/scan/flattened_batch.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/row_shape.h"

namespace arbors::exec {
namespace {

using NameList = std::vector<std::string> DecodedPaths::*;

void add(DecodedPaths& found, NameList kind, const Path& path) {
  std::string name = path.steps.empty() ? "it" : to_text(path);
  std::vector<std::string>& names = found.*kind;
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  if (std::find(found.paths.begin(), found.paths.end(), path) == found.paths.end())
    found.paths.push_back(path);
}

// Stages that choose trees by place, or keep them as they are. Each other one says what it reads: a
// stage that did not would show what the host keeps from it (ext/table/authorization.h).
template <typename Op>
concept ReadsNothing = std::same_as<Op, plan::Slice> || std::same_as<Op, plan::Tail> ||
    std::same_as<Op, plan::Take> || std::same_as<Op, plan::Sample> ||
    std::same_as<Op, plan::Shuffle> || std::same_as<Op, plan::Reverse> ||
    std::same_as<Op, plan::Concat> || std::same_as<Op, plan::Insert> ||
    std::same_as<Op, plan::SetAt> || std::same_as<Op, plan::Remove>;

// Walks a plan from its source up, keeping how trees look in terms of the source's.
class Walk {
 public:
  explicit Walk(std::vector<DecodedPaths>& found) : found_(found) {}

  void visit(const plan::Node& node) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (i == 0) {
        visit(*node.inputs[0]);
        continue;
      }
      if (const auto* join = std::get_if<plan::Join>(&node.op)) {
        visit_join(*join, *node.inputs[i]);
        continue;
      }
      Walk other(found_);
      other.visit(*node.inputs[i]);
      other.finish();
    }
    std::visit([this](const auto& op) { take(op); }, node.op);
  }

  // Notes what comes out at the end.
  void finish() {
    if (grouped_ || at_ == kNone) return;
    if (!shape_.fields_only()) found_[at_].whole_trees = true;
    for (const plan::RowShape::Edit& edit : shape_.edits())
      if (edit.value) note(&DecodedPaths::output, edit.value);
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  void note(NameList kind, const expr::ExprPtr& expr) {
    for (const Path& path : expr::paths(*expr)) {
      if (expr::leads_nowhere(path)) continue;
      const RowExpr::Leaf leaf = RowExpr(expr::path(path)).leaves().front();
      if (leaf.mount != 0)
        others_[leaf.mount - 1]->read_or_finish(kind, leaf.path);
      else
        add(found_[at_], kind, flattened_ ? unflattened(path) : path);
    }
  }
  void read_or_finish(NameList kind, const Path& path) {
    path.steps.empty() ? finish() : read(kind, expr::path(path));
  }

  // What is read of the right trees is noted with their source; until then they are as mounted.
  void visit_join(const plan::Join& join, const plan::Node& right) {
    auto other = std::make_shared<Walk>(found_);
    other->visit(right);
    for (const plan::JoinKey& key : join.keys) {
      read(&DecodedPaths::keys, key.left);
      other->read(&DecodedPaths::keys, key.right);
    }
    // What is read of trees that were made anew is not followed, so all of these may be.
    if (grouped_ || at_ == kNone) return other->finish();
    others_.push_back(std::move(other));
    const Path field{{{PathStep::Kind::Key, join.as, 0}}};
    const plan::RowShape both =
        shape_.set(field, expr::path(mounted_path(static_cast<std::uint32_t>(others_.size()))));
    const plan::RowShape left = std::exchange(shape_, both);
    read(&DecodedPaths::keys, join.residual);
    if (join.kind == plan::Join::Kind::Semi || join.kind == plan::Join::Kind::Anti) shape_ = left;
  }
  // Notes what an expression over the stage's trees reads of the source.
  void read(NameList kind, const expr::ExprPtr& expr) {
    if (grouped_ || at_ == kNone || !expr) return;
    if (const expr::ExprPtr resolved = shape_.resolve(expr))
      note(kind, resolved);
    else
      reshape();
  }
  // Trees have to be built: all they show is read.
  void reshape() {
    finish();
    grouped_ = true;
  }

  void take(const plan::Source& source) {
    at_ = found_.size();
    found_.push_back({source, {}, {}, {}, {}, false});
  }
  void take(const plan::Filter& op) { read(&DecodedPaths::filter, op.predicate); }
  void take(const plan::Project& op) { shape(shape_.select(op.fields)); }
  void take(const plan::AddField& op) { shape(shape_.add(op)); }
  void take(const plan::Drop& op) { shape_ = shape_.drop(op.paths); }
  void take(const plan::Join&) {}  // visit_join has noted it
  void take(const plan::Rename& op) { shape_ = shape_.rename(op.names); }
  void take(const plan::Window& op) {
    for (const expr::ExprPtr& by : op.by) read(&DecodedPaths::keys, by);
    for (const plan::SortKey& key : op.order) read(&DecodedPaths::keys, key.expr);
    for (const plan::WindowCall& call : op.calls) {
      for (const expr::ExprPtr& argument : call.arguments) read(&DecodedPaths::keys, argument);
      read(&DecodedPaths::keys, call.aggregate.argument);
      read(&DecodedPaths::keys, call.aggregate.second);
      read(&DecodedPaths::keys, call.aggregate.filter);
    }
    for (const plan::WindowCall& call : op.calls)
      shape_ = shape_.set(Path{{{PathStep::Kind::Key, call.name, 0}}}, expr::missing());
  }
  void take(const plan::Sort& op) {
    for (const plan::SortKey& key : op.keys) read(&DecodedPaths::keys, key.expr);
  }
  void take(const plan::UniqueBy& op) {
    for (const expr::ExprPtr& key : op.keys) read(&DecodedPaths::keys, key);
  }
  void take(const plan::IndexBy& op) {
    for (const expr::ExprPtr& key : op.keys) read(&DecodedPaths::keys, key);
  }
  void take(const plan::GroupBy& op) {
    for (const plan::NamedExpr& key : op.keys) read(&DecodedPaths::keys, key.expr);
    calls(op.aggregates);
    if (op.gather_trees) finish();
    grouped_ = true;
  }
  void take(const plan::Aggregate& op) {
    calls(op.aggregates);
    grouped_ = true;
  }
  // Elements are named by their array's path: `batting[*]`. Of the array itself its lengths are
  // read.
  void take(const plan::Explode& op) {
    if (grouped_ || at_ == kNone) return;
    const expr::ExprPtr list = shape_.resolve(expr::path(op.path));
    const Path* path = list ? plan::bare_path(*list) : nullptr;
    if (path == nullptr) return reshape();
    note(&DecodedPaths::keys, list);
    Path each = *path;
    each.steps.push_back({PathStep::Kind::Every, {}, 0});
    const expr::ExprPtr element = expr::path(std::move(each));
    shape_ = op.as.empty()
                 ? shape_.set(op.path, element)
                 : shape_.drop({op.path}).set(Path{{{PathStep::Kind::Key, op.as, 0}}}, element);
  }
  void take(const plan::Flatten&) {
    if (!shape_.is_whole()) return reshape();
    flattened_ = true;
  }
  void take(const plan::Nest&) { reshape(); }
  void take(const ReadsNothing auto&) {}

  void calls(const std::vector<plan::AggregateCall>& calls) {
    for (const plan::AggregateCall& call : calls) {
      read(&DecodedPaths::keys, call.argument);
      read(&DecodedPaths::keys, call.second);
      read(&DecodedPaths::keys, call.filter);
    }
  }
  void shape(std::optional<plan::RowShape> next) {
    if (next)
      shape_ = std::move(*next);
    else
      reshape();
  }

  std::vector<DecodedPaths>& found_;
  std::size_t at_ = kNone;
  plan::RowShape shape_;
  std::vector<std::shared_ptr<Walk>> others_;  // the right sides of joins, as mounted
  bool grouped_ = false;                       // the trees are no longer the source's
  bool flattened_ = false;                     // their keys are paths of the source's
};

}  // namespace

std::vector<DecodedPaths> decode_plan(const plan::Node& plan) {
  std::vector<DecodedPaths> found;
  Walk walk(found);
  walk.visit(plan);
  walk.finish();
  return found;
}

}  // namespace arbors::exec
