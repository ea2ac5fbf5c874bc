#include "engine/exec/stages/run_plan.h"

#include "engine/base/error.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/source/json_source.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

// Gives each operator its relation.
class Runner {
 public:
  Runner(const plan::Node& node, const SourceBinder& bind, const ExecutionContext& context)
      : node_(node), bind_(bind), context_(context) {}

  Relation operator()(const plan::Source& source) const {
    if (source.kind == plan::Source::Kind::Json) return relation_of(json_source(source.name));
    Relation relation;
    relation.input = scan_of(source, bind_);
    return relation;
  }
  Relation operator()(const plan::Filter& filter) const {
    Relation relation = input();
    filter_rows(relation, filter.predicate, context_);
    return relation;
  }
  Relation operator()(const plan::Project& project) const {
    Relation relation = input();
    if (auto shape = relation.shape.select(project.fields)) {
      relation.shape = std::move(*shape);
    } else {
      reshape(relation, context_);
      relation.shape = *relation.shape.select(project.fields);
    }
    return relation;
  }
  Relation operator()(const plan::AddField& add) const {
    Relation relation = input();
    if (auto shape = relation.shape.add(add)) {
      relation.shape = std::move(*shape);
    } else {
      reshape(relation, context_);
      relation.shape = *relation.shape.add(add);
    }
    return relation;
  }
  Relation operator()(const plan::Drop& drop) const {
    Relation relation = input();
    relation.shape = relation.shape.drop(drop.paths);
    return relation;
  }
  Relation operator()(const plan::Rename& rename) const {
    Relation relation = input();
    relation.shape = relation.shape.rename(rename.names);
    return relation;
  }
  Relation operator()(const plan::Join& join) const {
    return joined(input(), second(), join, context_);
  }
  Relation operator()(const plan::Window& window) const {
    return windowed(input(), window, context_);
  }
  Relation operator()(const plan::Slice& slice) const {
    return changed([&](Relation& relation) { slice_rows(relation, slice, context_); });
  }
  Relation operator()(const plan::Tail& tail) const {
    return changed([&](Relation& relation) { tail_rows(relation, tail.count, context_); });
  }
  Relation operator()(const plan::Take& take) const {
    return changed([&](Relation& relation) { take_rows(relation, take.positions, context_); });
  }
  Relation operator()(const plan::Sample& sample) const {
    return changed([&](Relation& relation) { sample_rows(relation, sample, context_); });
  }
  Relation operator()(const plan::Shuffle& shuffle) const {
    return changed([&](Relation& relation) { shuffle_rows(relation, shuffle.seed, context_); });
  }
  Relation operator()(const plan::Reverse&) const {
    return changed([&](Relation& relation) { reverse_rows(relation, context_); });
  }
  Relation operator()(const plan::Sort& sort) const {
    return changed([&](Relation& relation) { sort_rows(relation, sort, context_); });
  }
  Relation operator()(const plan::UniqueBy& unique) const {
    return changed([&](Relation& relation) { unique_rows(relation, unique, context_); });
  }
  Relation operator()(const plan::GroupBy& group) const {
    return grouped(input(), group, context_);
  }
  Relation operator()(const plan::Aggregate& aggregate) const {
    return aggregated(input(), aggregate, context_);
  }
  Relation operator()(const plan::Explode& explode) const {
    Relation relation = input();
    const expr::ExprPtr list = expr::path(explode.path);
    expr::ExprPtr resolved = relation.shape.resolve(list);
    if (!resolved || plan::bare_path(*resolved) == nullptr) {
      reshape(relation, context_);
      resolved = list;
    }
    expand_rows(relation,
                ExplodeStep{RowExpr(resolved), explode.outer, explode.each, !explode.key.empty()},
                context_);
    const expr::ExprPtr element = expr::path(mounted_path(++relation.exploded));
    if (!explode.key.empty()) {
      Path key = mounted_path(++relation.exploded);
      key.steps.push_back({PathStep::Kind::Key, "key", 0});
      relation.shape = relation.shape.set(Path{{{PathStep::Kind::Key, explode.key, 0}}},
                                          expr::path(std::move(key)));
    }
    if (explode.as.empty()) {
      relation.shape = relation.shape.set(explode.path, element);
    } else {
      relation.shape = relation.shape.drop({explode.path})
                           .set(Path{{{PathStep::Kind::Key, explode.as, 0}}}, element);
    }
    return relation;
  }
  Relation operator()(const plan::Flatten&) const {
    // Rows that were cut or picked become a source, so that its scan's steps may go on.
    Relation relation = input();
    if (relation.picked || relation.sliced()) relation = relation_of(to_source(relation, context_));
    const bool whole = relation.shape.is_whole() && relation.exploded == 0;
    auto shape = std::make_shared<const TreeShape>(relation.shape);
    if (whole)
      relation.input.steps.push_back(FlattenStep{std::move(shape)});
    else
      relation.input.steps.push_back(ReshapeStep{std::move(shape), true});
    relation.shape = {};
    relation.exploded = 0;
    return relation;
  }
  Relation operator()(const plan::Nest& nest) const { return nested(input(), nest, context_); }
  Relation operator()(const plan::Concat&) const {
    return concatenated(input(), second(), context_);
  }
  Relation operator()(const plan::Insert& insert) const {
    return inserted(input(), insert.position, second(), context_);
  }
  Relation operator()(const plan::SetAt& set) const {
    return replaced(input(), set.position, second(), context_);
  }
  Relation operator()(const plan::Remove& remove) const {
    return removed(input(), remove.positions, context_);
  }
  Relation operator()(const plan::IndexBy& index) const {
    Relation relation = input();
    std::vector<expr::ExprPtr> keys;
    for (const expr::ExprPtr& key : index.keys) keys.push_back(resolve(relation, key, context_));
    relation.index_keys = std::move(keys);
    return relation;
  }

 private:
  Relation input() const { return run_plan(*node_.inputs.at(0), bind_, context_); }
  Relation second() const { return run_plan(*node_.inputs.at(1), bind_, context_); }
  template <typename Change>
  Relation changed(Change change) const {
    Relation relation = input();
    change(relation);
    return relation;
  }

  const plan::Node& node_;
  const SourceBinder& bind_;
  const ExecutionContext& context_;
};

}  // namespace

ScanInput scan_of(const plan::Source& source, const SourceBinder& bind) {
  BoundSource bound = bind(source);
  if (!bound.trees) throw_invalid("files are read once, which this use of a plan cannot do");
  ScanInput input{std::move(bound.trees), source.rows, nullptr, {}, std::move(bound.order)};
  if (bound.rowids) input.restriction.keep_rowids(std::move(*bound.rowids));
  return input;
}

Relation run_plan(const plan::Node& plan, const SourceBinder& bind,
                  const ExecutionContext& context) {
  context.check_interrupt();
  return std::visit(Runner(plan, bind, context), plan.op);
}

}  // namespace arbors::exec
