#include "engine/plan/window.h"

#include <algorithm>
#include <array>

#include "engine/expr/evaluate/evaluate.h"
#include "engine/plan/aggregate.h"

namespace arbors::plan {
namespace {

constexpr std::array<WindowInfo, 17> kFunctions{{
    {"row_number", WindowKind::RowNumber, 0, 0, false, "row_number()", "1, 2, 3 … in order"},
    {"rank", WindowKind::Rank, 0, 0, false, "rank()", "the row number of the first of equal trees"},
    {"dense_rank", WindowKind::DenseRank, 0, 0, false, "dense_rank()",
     "how many different ones come before, and 1"},
    {"percent_rank", WindowKind::PercentRank, 0, 0, false, "percent_rank()",
     "(rank - 1) / (trees - 1); 0.0 of one tree"},
    {"cume_dist", WindowKind::CumulativeShare, 0, 0, false, "cume_dist()",
     "the share of trees that come before or are equal"},
    {"ntile", WindowKind::Tile, 1, 1, false, "ntile(n)",
     "which of n parts, as equal as possible, the tree is in"},
    {"lag", WindowKind::Lag, 1, 3, false, "lag(e [, k [, default]])",
     "e of the tree k (1) before, or the default (NULL)"},
    {"lead", WindowKind::Lead, 1, 3, false, "lead(e [, k [, default]])",
     "e of the tree k (1) behind, or the default (NULL)"},
    {"first", WindowKind::First, 1, 1, true, "first(e)", "e of the frame's first tree"},
    {"last", WindowKind::Last, 1, 1, true, "last(e)",
     "e of the frame's last tree: with an order, the last of those equal to this one"},
    {"nth", WindowKind::Nth, 2, 2, true, "nth(e, n)",
     "e of the frame's n-th tree, NULL if there is none"},
    {"first_value", WindowKind::First, 1, 1, true, "first_value(e)", "the same as first"},
    {"last_value", WindowKind::Last, 1, 1, true, "last_value(e)", "the same as last"},
    {"nth_value", WindowKind::Nth, 2, 2, true, "nth_value(e, n)", "the same as nth"},
    {"rowid", WindowKind::Rowid, 0, 0, false, "rowid()", "the tree's rowid in its Arbor"},
    {"position", WindowKind::Position, 0, 0, false, "position()",
     "the tree's place in its Arbor, from 0 on"},
    {"generation", WindowKind::Generation, 0, 0, false, "generation()",
     "the generation of the Arbor that is read"},
}};

std::string bound_text(WindowFrame::Bound bound, std::uint64_t rows) {
  switch (bound) {
    case WindowFrame::Bound::UnboundedPreceding:
      return "unbounded preceding";
    case WindowFrame::Bound::Preceding:
      return std::to_string(rows) + " preceding";
    case WindowFrame::Bound::CurrentRow:
      return "current row";
    case WindowFrame::Bound::Following:
      return std::to_string(rows) + " following";
    default:
      return "unbounded following";
  }
}

}  // namespace

bool is_identity(const Window& window) {
  return window.by.empty() && window.order.empty() && !window.first_rows &&
         std::all_of(window.calls.begin(), window.calls.end(), [](const WindowCall& call) {
           return call.function != nullptr && (call.function->kind == WindowKind::Rowid ||
                                               call.function->kind == WindowKind::Position ||
                                               call.function->kind == WindowKind::Generation);
         });
}

std::span<const WindowInfo> window_functions() { return kFunctions; }

const WindowInfo* find_window_function(std::string_view name) {
  for (const WindowInfo& info : kFunctions)
    if (info.name.size() == name.size() && compare(info.name, name, Collation::NoCase) == 0)
      return &info;
  return nullptr;
}

namespace {

std::string frame_text(const WindowFrame& frame) {
  constexpr std::array<std::string_view, 3> kUnits{"range", "rows", "groups"};
  return std::string(kUnits[static_cast<std::size_t>(frame.unit)]) + " between " +
         bound_text(frame.from, frame.from_rows) + " and " + bound_text(frame.to, frame.to_rows);
}

bool is_default(const WindowFrame& frame) {
  return frame.unit == WindowFrame::Unit::Range &&
         frame.from == WindowFrame::Bound::UnboundedPreceding &&
         frame.to == WindowFrame::Bound::CurrentRow;
}

std::optional<std::int64_t> constant_integer(const expr::Expr& expr) {
  if (!expr::is_constant(expr)) return std::nullopt;
  const Value value = expr::evaluate_constant(expr);
  return value.kind == ValueKind::Integer ? std::optional(value.integer) : std::nullopt;
}

}  // namespace

std::string to_text(const WindowCall& call) {
  std::string text;
  if (call.function == nullptr) {
    text = to_text(call.aggregate);
  } else {
    text = std::string(call.function->name) + '(';
    for (std::size_t i = 0; i < call.arguments.size(); ++i)
      text += (i == 0 ? "" : ", ") + expr::to_text(*call.arguments[i]);
    text += ')';
  }
  return is_default(call.frame) ? text : text + ' ' + frame_text(call.frame);
}

std::string fault_of(const WindowFrame& frame) {
  using Bound = WindowFrame::Bound;
  const bool counted = frame.from == Bound::Preceding || frame.from == Bound::Following ||
                       frame.to == Bound::Preceding || frame.to == Bound::Following;
  if (frame.unit == WindowFrame::Unit::Range && counted)
    return "a range frame begins and ends at unbounded or current row: say rows or groups";
  if (frame.from == Bound::UnboundedFollowing || frame.to == Bound::UnboundedPreceding ||
      frame.from > frame.to)
    return "the frame ends before it begins";
  return "";
}

std::string fault_of(const WindowCall& call) {
  const WindowInfo& info = *call.function;
  if (call.arguments.size() < info.least_args || call.arguments.size() > info.most_args)
    return "wrong number of arguments: " + std::string(info.syntax);
  const std::size_t at = info.kind == WindowKind::Tile ? 0 : 1;
  const bool counted = info.kind == WindowKind::Tile || info.kind == WindowKind::Nth ||
                       info.kind == WindowKind::Lag || info.kind == WindowKind::Lead;
  if (!counted || at >= call.arguments.size()) return "";
  const auto number = constant_integer(*call.arguments[at]);
  const bool positive = info.kind == WindowKind::Tile || info.kind == WindowKind::Nth;
  if (!number || (positive && *number < 1))
    return std::string(info.syntax) + ": " +
           (positive ? "n is a whole number from 1 on" : "k is a whole number");
  return "";
}

std::int64_t whole_argument(const WindowCall& call, std::size_t at) {
  return *constant_integer(*call.arguments[at]);
}

}  // namespace arbors::plan
