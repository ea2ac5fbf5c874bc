#include "engine/exec/query/execute.h"

#include "engine/exec/query/fed_plan.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/stages/row_streams.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

// A plan over one source, taken apart: slice( sort( filter( source ))), each but the source
// optional; sorted lazily, since whoever reads may stop early. `source` is null for any other plan.
struct Shape {
  plan::Slice slice;
  std::optional<plan::Sort> sort;
  std::vector<expr::ExprPtr> predicates;
  const plan::Source* source = nullptr;
};

const plan::Node* only_input(const plan::Node& node) { return node.inputs.front().get(); }

Shape take_apart(const plan::Node& root) {
  Shape shape;
  const plan::Node* node = &root;
  if (const auto* slice = std::get_if<plan::Slice>(&node->op)) {
    shape.slice = *slice;
    node = only_input(*node);
  }
  if (const auto* sort = std::get_if<plan::Sort>(&node->op)) {
    shape.sort = *sort;
    node = only_input(*node);
  }
  while (const auto* filter = std::get_if<plan::Filter>(&node->op)) {
    shape.predicates.push_back(filter->predicate);
    node = only_input(*node);
  }
  shape.source = std::get_if<plan::Source>(&node->op);
  // A `json` source is made when the plan is run as a whole, not bound.
  if (shape.source != nullptr && shape.source->kind == plan::Source::Kind::Json)
    shape.source = nullptr;
  return shape;
}

}  // namespace

RowStreamPtr execute(const plan::NodePtr& plan, const SourceBinder& bind,
                     const ExecutionContext& context, std::uint64_t expected_rows) {
  if (reads_feed(*plan)) return execute_fed(plan, bind, context);
  Shape shape = take_apart(*plan);
  if (shape.source == nullptr) return stream(run_plan(*plan, bind, context), context);
  ScanInput input = scan_of(*shape.source, bind);
  if (!shape.predicates.empty()) input.predicate = expr::and_all(std::move(shape.predicates));
  if (shape.sort)
    return std::make_unique<OrderedStream>(std::move(input), std::move(*shape.sort), shape.slice,
                                           expected_rows, context);
  const auto whole = std::make_shared<const TreeShape>(plan::RowShape());
  return std::make_unique<ScanStream>(input, shape.slice, whole, context);
}

}  // namespace arbors::exec
