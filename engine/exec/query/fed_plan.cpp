#include "engine/exec/query/fed_plan.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/exec/rows/spooled_source.h"

namespace arbors::exec {
namespace {

template <typename... Kinds>
bool is_any(const plan::Operator& op) {
  return (std::holds_alternative<Kinds>(op) || ...);
}

// Stages that look at one tree at a time.
bool is_tree_by_tree(const plan::Node& node) {
  return is_any<plan::Filter, plan::Project, plan::AddField, plan::Drop, plan::Explode,
                plan::Flatten, plan::IndexBy>(node.op);
}

const plan::Source* feed_of(const plan::Node& node) {
  const auto* source = std::get_if<plan::Source>(&node.op);
  return source != nullptr && source->kind == plan::Source::Kind::File ? source : nullptr;
}

// The source below stages that may run as its trees come, or null.
const plan::Source* fed_chain(const plan::Node& node) {
  if (const plan::Source* source = feed_of(node)) return source;
  if (!is_tree_by_tree(node) && !std::holds_alternative<plan::Slice>(node.op)) return nullptr;
  return fed_chain(*node.inputs.front());
}

// Stages between two slices, over a source that is a placeholder; a slice follows, but for the
// last. What is left of a slice changes as trees pass.
struct Part {
  plan::NodePtr plan;
  std::optional<plan::Slice> slice;
};

// Takes a chain apart, from the source upwards.
plan::NodePtr take_apart(const plan::NodePtr& node, std::vector<Part>& parts) {
  if (feed_of(*node) != nullptr) return node;
  const plan::NodePtr input = take_apart(node->inputs.front(), parts);
  if (const auto* slice = std::get_if<plan::Slice>(&node->op)) {
    parts.push_back({input, *slice});
    return plan::make(plan::Source{plan::Source::Kind::File, {}, {}, {}, {}, {}});
  }
  return plan::make(node->op, {input});
}

class FedStream : public RowStream {
 public:
  FedStream(const plan::NodePtr& chain, TreeFeedPtr feed, const ExecutionContext& context)
      : feed_(std::move(feed)), context_(context) {
    plan::NodePtr last = take_apart(chain, parts_);
    parts_.push_back({std::move(last), std::nullopt});
  }

  RowRunPtr next() override {
    while (true) {
      if (rows_) {
        if (RowRunPtr run = rows_->next()) return run;
        rows_.reset();
      }
      context_.check_interrupt();
      if (is_full()) return nullptr;
      const TreeSourcePtr trees = feed_->next();
      if (!trees) return nullptr;
      rows_ = take_through(trees);
    }
  }

 private:
  bool is_full() const {
    return std::any_of(parts_.begin(), parts_.end(),
                       [](const Part& part) { return part.slice && part.slice->limit == 0U; });
  }

  RowStreamPtr take_through(TreeSourcePtr trees) {
    for (Part& part : parts_) {
      const SourceBinder bind = [&](const plan::Source&) { return BoundSource(trees); };
      Relation relation = run_plan(*part.plan, bind, context_);
      if (!part.slice) return stream(relation, context_);
      trees = cut(to_source(relation, context_), *part.slice);
    }
    return nullptr;  // the last part has no slice
  }

  // Lets through what is left of a slice, and counts.
  TreeSourcePtr cut(const TreeSourcePtr& trees, plan::Slice& slice) const {
    plan::Slice here;
    here.offset = std::min(slice.offset, trees->trees());
    slice.offset -= here.offset;
    const std::uint64_t left = trees->trees() - here.offset;
    here.limit = std::min(left, slice.limit.value_or(left));
    if (slice.limit) *slice.limit -= *here.limit;
    Relation relation = relation_of(trees);
    slice_rows(relation, here, context_);
    return to_source(relation, context_);
  }

  TreeFeedPtr feed_;
  const ExecutionContext& context_;
  std::vector<Part> parts_;
  RowStreamPtr rows_;
};

RowStreamPtr stream_chain(const plan::NodePtr& chain, const SourceBinder& bind,
                          const ExecutionContext& context) {
  return std::make_unique<FedStream>(chain, bind(*fed_chain(*chain)).feed, context);
}

// Puts sources that keep what they gave in the place of chains.
plan::NodePtr keep_chains(const plan::NodePtr& node, const SourceBinder& bind,
                          const ExecutionContext& context, std::vector<TreeSourcePtr>& kept) {
  if (fed_chain(*node) != nullptr) {
    kept.push_back(spooled(*stream_chain(node, bind, context), context));
    return plan::make(
        plan::Source{plan::Source::Kind::File, {}, std::to_string(kept.size() - 1), {}, {}, {}});
  }
  std::vector<plan::NodePtr> inputs;
  for (const plan::NodePtr& input : node->inputs)
    inputs.push_back(keep_chains(input, bind, context, kept));
  return plan::make(node->op, std::move(inputs));
}

}  // namespace

bool reads_feed(const plan::Node& plan) {
  return feed_of(plan) != nullptr ||
         std::any_of(plan.inputs.begin(), plan.inputs.end(),
                     [](const plan::NodePtr& input) { return reads_feed(*input); });
}

RowStreamPtr execute_fed(const plan::NodePtr& plan, const SourceBinder& bind,
                         const ExecutionContext& context) {
  if (fed_chain(*plan) != nullptr) return stream_chain(plan, bind, context);
  std::vector<TreeSourcePtr> kept;
  const plan::NodePtr rest = keep_chains(plan, bind, context, kept);
  const SourceBinder with_kept = [&](const plan::Source& source) {
    return feed_of(*plan::make(source)) != nullptr ? BoundSource(kept.at(std::stoul(source.name)))
                                                   : bind(source);
  };
  return stream(run_plan(*rest, with_kept, context), context);
}

}  // namespace arbors::exec
