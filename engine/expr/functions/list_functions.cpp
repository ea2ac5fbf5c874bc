// Functions on lists: arrays of the tree, or of JSON text. What is no array gives NULL. Aggregates
// pass over NULL elements, as SQLite's do over rows.
#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "engine/base/error.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/function.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;
using batch::VectorPtr;

// The elements of one row's list: rows begin .. end-1 of `values`.
struct Elements {
  const batch::Vector& values;
  std::uint32_t begin, end;

  std::uint32_t size() const { return end - begin; }
  Scalar operator[](std::uint32_t element) const { return scalar_at(values, element); }
};

// Calls `step` with the elements of each row's list; rows without a list are NULL.
template <typename Step>
void each_list(CallFrame& frame, const batch::Vector& values, Step step) {
  PolledSteps steps;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    steps.step();
    if (frame.list->present[i] != 0) {
      step(i, Elements{values, frame.list->starts[i], frame.list->starts[i + 1]});
    } else {
      frame.out.append_null();
    }
  }
}

template <typename Step>
void each_list(CallFrame& frame, Step step) {
  const VectorPtr values = frame.list->elements.read({});
  each_list(frame, *values, step);
}

void list_len(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    if (frame.list->present[i] != 0) {
      frame.out.append_integer(frame.list->starts[i + 1] - frame.list->starts[i]);
    } else {
      frame.out.append_null();
    }
  }
}

struct Sum {
  std::int64_t integers = 0;
  double reals = 0;
  std::uint32_t count = 0;
  bool exact = true;  // integers alone so far
  bool overflow = false;

  void add(const Scalar& value) {
    if (value.is_null()) return;
    ++count;
    const Value read = value.is_text() ? numeric_value(value.text) : to_value(value);
    exact = exact && read.kind == ValueKind::Integer;
    reals += to_real(value);
    if (exact) overflow |= __builtin_add_overflow(integers, read.integer, &integers);
  }
};

// Adds integers and NULLs alone in a plain loop.
Sum sum_of_integers(const Elements& list) {
  Sum sum;
  for (std::uint32_t at = list.begin; at < list.end; ++at) {
    if (!list.values.tags.empty() && list.values.tag(at) != batch::Tag::Integer) continue;
    const std::int64_t value = list.values.integers[at];
    ++sum.count;
    sum.overflow |= __builtin_add_overflow(sum.integers, value, &sum.integers);
    sum.reals += static_cast<double>(value);
  }
  return sum;
}

Sum sum_of(const Elements& list) {
  if (list.values.has(batch::Tag::Integer) &&
      list.values.only(batch::tag_bit(batch::Tag::Integer) | batch::kNullTags))
    return sum_of_integers(list);
  Sum sum;
  PolledSteps steps;
  for (std::uint32_t at = list.begin; at < list.end; ++at, steps.step()) sum.add(list[at]);
  return sum;
}

void list_sum(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    const Sum sum = sum_of(list);
    if (sum.count == 0) return frame.out.append_null();
    if (!sum.exact) return frame.out.append_real(sum.reals);
    if (sum.overflow) throw_invalid("list_sum: integer overflow");
    frame.out.append_integer(sum.integers);
  });
}

void list_avg(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    const Sum sum = sum_of(list);
    if (sum.count == 0) return frame.out.append_null();
    frame.out.append_real(sum.reals / sum.count);
  });
}

template <int wanted>
void list_extreme(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    std::uint32_t best = list.end;
    PolledSteps steps;
    for (std::uint32_t at = list.begin; at < list.end; ++at, steps.step()) {
      if (list[at].is_null()) continue;
      if (best == list.end || compare(list[at], list[best]) * wanted > 0) best = at;
    }
    best == list.end ? frame.out.append_null() : frame.out.append_from(list.values, best);
  });
}

template <bool first>
void list_end(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    if (list.size() == 0) return frame.out.append_null();
    frame.out.append_from(list.values, first ? list.begin : list.end - 1);
  });
}

// True where an element equals the value; NULL where none does but one is NULL, as IN.
void list_contains(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t i, const Elements& list) {
    const Scalar wanted = frame.args[0][i];
    bool unknown = wanted.is_null();
    PolledSteps steps;
    for (std::uint32_t at = list.begin; at < list.end && !wanted.is_null(); ++at, steps.step()) {
      const Scalar element = list[at];
      unknown |= element.is_null();
      if (!element.is_null() && compare(element, wanted) == 0) return frame.out.append_bool(true);
    }
    unknown&& list.size() > 0 ? frame.out.append_null() : frame.out.append_bool(false);
  });
}

// Appends the chosen elements as an array.
void append_array(VectorBuilder& out, const batch::Vector& values,
                  std::span<const std::uint32_t> chosen) {
  std::string text = "[";
  PolledSteps steps;
  for (const std::uint32_t row : chosen) {
    if (text.size() > 1) text += ',';
    batch::write_value(values, row, text);
    steps.step();
  }
  out.append_json(text + ']');
}

std::vector<std::uint32_t> all_of(const Elements& list) {
  std::vector<std::uint32_t> rows(list.size());
  std::iota(rows.begin(), rows.end(), list.begin);
  return rows;
}

// The elements in ascending order, equal ones as they come.
std::vector<std::uint32_t> sorted(const Elements& list) {
  std::vector<std::uint32_t> rows = all_of(list);
  PolledCompare less(
      [&](std::uint32_t a, std::uint32_t b) { return compare(list[a], list[b]) < 0; });
  std::stable_sort(rows.begin(), rows.end(), std::ref(less));
  return rows;
}

void list_sort(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    std::vector<std::uint32_t> rows = sorted(list);
    append_array(frame.out, list.values, rows);
  });
}

// Keeps the first of equal elements, in their order.
void list_unique(CallFrame& frame) {
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    std::vector<std::uint32_t> rows = sorted(list);
    const auto end = std::unique(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return compare(list[a], list[b]) == 0;
    });
    rows.erase(end, rows.end());
    std::sort(rows.begin(), rows.end());
    append_array(frame.out, list.values, rows);
  });
}

void list_join(CallFrame& frame) {
  std::string text;
  std::string buffer;
  each_list(frame, [&](std::uint32_t i, const Elements& list) {
    const Scalar separator = frame.args.empty() ? Scalar(std::string_view(",")) : frame.args[0][i];
    if (separator.is_null()) return frame.out.append_null();
    text.clear();
    bool first = true;
    PolledSteps steps;
    for (std::uint32_t at = list.begin; at < list.end; ++at, steps.step()) {
      if (list[at].is_null()) continue;
      if (!first) text += text_of(separator, buffer);
      first = false;
      append_text(text, list[at]);
    }
    frame.out.append_text(text);
  });
}

// Evaluates the element expression once over the elements of all rows.
Truths element_truths(CallFrame& frame) {
  const EvalContext context{frame.list->elements, frame.context.parameters};
  const Selection all = Selection::all(frame.list->elements.size());
  return Evaluator(context, all).truth(*frame.element_expr);
}

std::int64_t count_true(const CallFrame& frame, const Truths& truths, std::uint32_t i) {
  const auto begin = truths.begin() + frame.list->starts[i];
  return std::count(begin, truths.begin() + frame.list->starts[i + 1], kTrue);
}

// Calls `step` with how many elements of each row's list there are, and for how many the expression
// is true.
template <typename Step>
void each_count(CallFrame& frame, Step step) {
  const Truths truths = element_truths(frame);
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    if (frame.list->present[i] == 0) {
      frame.out.append_null();
    } else {
      step(frame.list->starts[i + 1] - frame.list->starts[i], count_true(frame, truths, i));
    }
  }
}

void list_any(CallFrame& frame) {
  each_count(frame,
             [&](std::int64_t, std::int64_t true_ones) { frame.out.append_bool(true_ones > 0); });
}

void list_all(CallFrame& frame) {
  each_count(frame, [&](std::int64_t size, std::int64_t true_ones) {
    frame.out.append_bool(true_ones == size);
  });
}

void list_count(CallFrame& frame) {
  each_count(frame,
             [&](std::int64_t, std::int64_t true_ones) { frame.out.append_integer(true_ones); });
}

void list_filter(CallFrame& frame) {
  const Truths truths = element_truths(frame);
  each_list(frame, [&](std::uint32_t, const Elements& list) {
    std::vector<std::uint32_t> rows = all_of(list);
    std::erase_if(rows, [&](std::uint32_t row) { return truths[row] != kTrue; });
    append_array(frame.out, list.values, rows);
  });
}

void list_map(CallFrame& frame) {
  const EvalContext context{frame.list->elements, frame.context.parameters};
  const VectorPtr values =
      evaluate(*frame.element_expr, context, Selection::all(frame.list->elements.size()));
  each_list(frame, *values, [&](std::uint32_t, const Elements& list) {
    append_array(frame.out, list.values, all_of(list));
  });
}

constexpr auto kLists = Function::Shape::Lists;
constexpr auto kElements = Function::Shape::Elements;
constexpr std::array<Function, 16> kListFunctions{{
    {"list_len", 1, 1, "list_len(list)", "number of elements", kLists, list_len},
    {"list_sum", 1, 1, "list_sum(list)", "sum of the elements", kLists, list_sum},
    {"list_avg", 1, 1, "list_avg(list)", "mean of the elements", kLists, list_avg},
    {"list_min", 1, 1, "list_min(list)", "the least element", kLists, list_extreme<-1>},
    {"list_max", 1, 1, "list_max(list)", "the greatest element", kLists, list_extreme<1>},
    {"list_first", 1, 1, "list_first(list)", "the first element", kLists, list_end<true>},
    {"list_last", 1, 1, "list_last(list)", "the last element", kLists, list_end<false>},
    {"list_contains", 2, 2, "list_contains(list, value)", "true if an element equals value", kLists,
     list_contains},
    {"list_sort", 1, 1, "list_sort(list)", "the elements in ascending order", kLists, list_sort},
    {"list_unique", 1, 1, "list_unique(list)", "the first of equal elements", kLists, list_unique},
    {"list_join", 1, 2, "list_join(list [, separator])",
     "the elements' texts with the separator (a comma) between them", kLists, list_join},
    {"list_any", 2, 2, "list_any(list, condition)",
     "true if the condition is true for an element, which it sees as root", kElements, list_any},
    {"list_all", 2, 2, "list_all(list, condition)",
     "true if the condition is true for every element", kElements, list_all},
    {"list_count", 2, 2, "list_count(list, condition)",
     "for how many elements the condition is true", kElements, list_count},
    {"list_filter", 2, 2, "list_filter(list, condition)",
     "the elements for which the condition is true", kElements, list_filter},
    {"list_map", 2, 2, "list_map(list, expression)",
     "the expression's value for each element, which it sees as root", kElements, list_map},
}};

}  // namespace

std::span<const Function> list_functions() { return kListFunctions; }

}  // namespace arbors::expr
