// Window functions: calls that share a window become one stage over the joined trees or the groups.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/call_names.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"
#include "engine/plan/window.h"

namespace arbors::plan::select {
namespace {

bool same_windows(const Window& left, const Window& right) {
  const auto same_expr = [](const expr::ExprPtr& a, const expr::ExprPtr& b) {
    return expr::equal(*a, *b);
  };
  const auto same_key = [&](const SortKey& a, const SortKey& b) {
    return a.descending == b.descending && a.nulls_last == b.nulls_last &&
           a.collation == b.collation && same_expr(a.expr, b.expr);
  };
  return std::equal(left.by.begin(), left.by.end(), right.by.begin(), right.by.end(), same_expr) &&
         std::equal(left.order.begin(), left.order.end(), right.order.begin(), right.order.end(),
                    same_key);
}

WindowFrame::Bound bound_of(FrameBound::Kind kind) {
  switch (kind) {
    case FrameBound::Kind::UnboundedPreceding:
      return WindowFrame::Bound::UnboundedPreceding;
    case FrameBound::Kind::Preceding:
      return WindowFrame::Bound::Preceding;
    case FrameBound::Kind::CurrentRow:
      return WindowFrame::Bound::CurrentRow;
    case FrameBound::Kind::Following:
      return WindowFrame::Bound::Following;
    default:
      return WindowFrame::Bound::UnboundedFollowing;
  }
}

}  // namespace

// The window that OVER says, named ones and their additions put together.
WindowSpec CoreLowering::window_of(const WindowSpec& over) const {
  if (over.base.empty()) return over;
  const auto named =
      std::find_if(core_.windows.begin(), core_.windows.end(),
                   [&](const NamedWindow& one) { return same_name(one.name, over.base); });
  if (named == core_.windows.end()) lexer_.fail_at(over.byte, "no such window: " + over.base);
  WindowSpec whole = window_of(named->window);
  if (!over.partition.empty() || (!over.order.empty() && !whole.order.empty()))
    lexer_.fail_at(over.byte, "cannot override the window " + over.base);
  if (!over.order.empty()) whole.order = over.order;
  if (over.frame) whole.frame = over.frame;
  return whole;
}

WindowFrame CoreLowering::frame_of(const Frame& frame, std::size_t byte) const {
  const auto rows = [&](const FrameBound& bound) -> std::uint64_t {
    if (!bound.offset) return 0;
    if (frame.unit == Frame::Unit::Range)
      lexer_.fail_at(byte, "RANGE with a distance is not understood here");
    if (leaf_of(*bound.offset) != nullptr || !expr::is_constant(*bound.offset))
      lexer_.fail_at(byte, "a frame's bound that is no constant is not understood here");
    const Value number = apply_affinity(expr::evaluate_constant(*bound.offset), Affinity::Integer);
    if (number.kind != ValueKind::Integer || number.integer < 0)
      lexer_.fail_at(byte, "a frame's bound must be a whole number, 0 or more");
    return static_cast<std::uint64_t>(number.integer);
  };
  WindowFrame made;
  made.unit = frame.unit == Frame::Unit::Rows     ? WindowFrame::Unit::Rows
              : frame.unit == Frame::Unit::Groups ? WindowFrame::Unit::Groups
                                                  : WindowFrame::Unit::Range;
  made.from = bound_of(frame.from.kind);
  made.to = bound_of(frame.to.kind);
  made.from_rows = rows(frame.from);
  made.to_rows = rows(frame.to);
  if (std::string fault = fault_of(made); !fault.empty()) lexer_.fail_at(byte, fault);
  return made;
}

Typed CoreLowering::window(const Leaf& leaf, const Clause& clause) {
  const std::string& word = leaf.words.front().text;
  if (!clause.windows)
    lexer_.fail_at(leaf.begin, "the window function " + word + "() cannot stand in " +
                                   std::string(clause.name));
  if (leaf.distinct || !leaf.order.empty())
    lexer_.fail_at(leaf.begin,
                   "DISTINCT and ORDER BY inside a window function's parentheses are "
                   "not understood here");
  const Clause inside{"a window function", true, false};
  const WindowSpec spec = window_of(*leaf.window);
  PendingWindow pending;
  for (const expr::ExprPtr& by : spec.partition) {
    const Typed key = lower(by, inside, leaf.begin);
    pending.window.by.push_back(as_key(key));
    // SQLite asks conditions on the keys alone of the rows before it looks at partitions.
    if (around_.asked == Asked::Anything ||
        (around_.asked == Asked::Compared && holds_other_than_texts(key)))
      pending.window.doubt = doubt_of_equals(lexer_, leaf.begin);
  }
  for (const OrderTerm& term : spec.order)
    pending.window.order.push_back(sort_key(term, lower(term.expr, inside, term.begin)));
  WindowCall& call = pending.call;
  std::vector<Typed> operands;
  if (spec.frame) call.frame = frame_of(*spec.frame, leaf.begin);
  if (const WindowInfo* function = find_window_function(word);
      function != nullptr && aggregate_named(word) == nullptr) {
    if (leaf.filter)
      lexer_.fail_at(leaf.begin, "FILTER stands behind aggregates alone, not behind " + word);
    lowering_.note_call(word, leaf.args.size(), leaf.begin, true);
    call.function = function;
    for (const expr::ExprPtr& arg : leaf.args) {
      operands.push_back(lower_stored(arg, inside, leaf.begin));
      call.arguments.push_back(operands.back().expr);
    }
    if (std::string fault = fault_of(call); !fault.empty()) lexer_.fail_at(leaf.begin, fault);
  } else {
    call.aggregate = aggregate_call(leaf, inside, operands);
    if (call.aggregate.function->pairs)
      lexer_.fail_at(leaf.begin, word + "() over a window is not understood here");
  }
  windows_.push_back(std::move(pending));
  return over_operands(
      expr::parameter(kWindowValue + static_cast<std::uint32_t>(windows_.size() - 1)), operands);
}

// Adds the stages of all windows, over the groups' fields where there are groups.
void CoreLowering::add_windows() {
  std::vector<Window> stages;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    Window& window = windows_[i].window;
    WindowCall& call = windows_[i].call;
    const auto now = [&](expr::ExprPtr& expr) {
      if (expr) expr = finished(expr, core_.begin);
    };
    for (expr::ExprPtr& by : window.by) now(by);
    for (SortKey& key : window.order) now(key.expr);
    for (expr::ExprPtr& argument : call.arguments) now(argument);
    now(call.aggregate.argument);
    now(call.aggregate.second);
    now(call.aggregate.filter);
    call.name = aggregates() ? fresh_name("window") : fresh_field("window");
    if (aggregates()) key_names_.push_back(call.name);
    window_names_.push_back(call.name);
    const auto same = std::find_if(stages.begin(), stages.end(), [&](const Window& stage) {
      return same_windows(stage, window);
    });
    Window& stage = same == stages.end() ? stages.emplace_back(window) : *same;
    stage.calls.push_back(call);
  }
  for (const Window& stage : stages) plan_ = make(stage, {plan_});
  if (!lowering_.takes_in_order()) return;
  // SQLite sorts the rows for each window, for the first one last.
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage) {
    Sort sort;
    for (const expr::ExprPtr& by : stage->by) {
      sort.keys.push_back({by});
      sort.keys.back().collation = expr::collation(*by, *by);
    }
    sort.keys.insert(sort.keys.end(), stage->order.begin(), stage->order.end());
    if (!sort.keys.empty()) plan_ = make(std::move(sort), {plan_});
  }
}

}  // namespace arbors::plan::select
