// Functions that choose among their arguments or look at their kinds.
#include <array>

#include "engine/base/error.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/evaluate/text_column.h"
#include "engine/expr/forms/function.h"

namespace arbors::expr {
namespace {

using batch::Tag;

void coalesce(CallFrame& frame) {
  const std::size_t last = frame.args.size() - 1;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    std::size_t arg = 0;
    while (arg < last && frame.args[arg][i].is_null()) ++arg;
    frame.pass(arg, i);
  }
}

// Of constants; else it is a CASE.
void iif(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar condition = frame.args[0][i];
    const bool chosen = !condition.is_null() && is_true(condition);
    if (chosen || frame.args.size() > 2) {
      frame.pass(chosen ? 1 : 2, i);
    } else {
      frame.out.append_null();
    }
  }
}

// A hint to SQLite's planner, which ours does without.
void hint(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) frame.pass(0, i);
}

void nullif(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar left = frame.args[0][i];
    const bool same = !left.is_null() && compare(left, frame.args[1][i]) == 0;
    if (same) {
      frame.out.append_null();
    } else {
      frame.pass(0, i);
    }
  }
}

// The least (or greatest) argument; NULL where any is NULL. Of equal ones min takes the last and
// max the first, which shows where 1 and 1.0 meet.
template <int wanted>
void extreme(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    std::size_t best = 0;
    bool null = frame.args[0][i].is_null();
    for (std::size_t arg = 1; arg < frame.args.size(); ++arg) {
      const Scalar value = frame.args[arg][i];
      null |= value.is_null();
      if (compare(value, frame.args[best][i]) * wanted >= (wanted > 0 ? 1 : 0)) best = arg;
    }
    if (null) {
      frame.out.append_null();
    } else {
      frame.pass(best, i);
    }
  }
}

std::string_view type_name(ValueKind kind) {
  switch (kind) {
    case ValueKind::Null:
      return "null";
    case ValueKind::Integer:
      return "integer";
    case ValueKind::Real:
      return "real";
    case ValueKind::Blob:
      return "blob";
    default:
      return "text";
  }
}

// Tells a row's kind from its tag alone: the texts of objects and arrays are not there.
ValueKind kind_of(Tag tag) {
  const batch::TagSet bit = batch::tag_bit(tag);
  if ((bit & batch::kNullTags) != 0) return ValueKind::Null;
  if (tag == Tag::Real || tag == Tag::BigNumber) return ValueKind::Real;
  return (bit & batch::kNumberTags) != 0 ? ValueKind::Integer : ValueKind::Text;
}

void type_of(CallFrame& frame) {
  const Operand& operand = frame.args[0];
  std::array<std::uint32_t, batch::kTags> entries{};  // of a tag, or of the constant
  entries.fill(TextColumn::kNull);
  TextColumn column(frame.rows);
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Tag tag = operand.is_constant() ? Tag::Null : operand.vector().tag(operand.row(i));
    std::uint32_t& entry = entries[static_cast<std::size_t>(tag)];
    if (entry == TextColumn::kNull)
      entry =
          column.entry(type_name(operand.is_constant() ? operand.constant().kind : kind_of(tag)));
    column.append(entry);
  }
  frame.result = column.finish();
}

// The name that SQLite's JSON functions have for a value; empty where there is none.
std::string_view kind_name(const batch::Vector& values, std::uint32_t row) {
  switch (values.tag(row)) {
    case Tag::Null:
      return "null";
    case Tag::False:
      return "false";
    case Tag::True:
      return "true";
    case Tag::Integer:
      return "integer";
    case Tag::Real:
      return "real";
    case Tag::BigNumber:
      return values.text(row).find_first_of(".eE") == std::string_view::npos ? "integer" : "real";
    case Tag::String:
      return "text";
    case Tag::Opaque:
      return values.text(row).starts_with('[') ? "array" : "object";
    default:
      return {};
  }
}

void json_kind(CallFrame& frame) {
  const Operand& operand = frame.args[0];
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const std::string_view name =
        operand.is_constant() ? std::string_view() : kind_name(operand.vector(), operand.row(i));
    if (name.empty())
      frame.out.append_null();
    else
      frame.out.append_text(name);
  }
}

void no_text(CallFrame& frame) {
  const Operand& operand = frame.args[0];
  const bool may_be_text = operand.is_constant() || operand.vector().has(Tag::String);
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const bool text = may_be_text &&
                      (operand.is_constant() ? Scalar(operand.constant()).is_text()
                                             : operand.vector().tag(operand.row(i)) == Tag::String);
    if (text)
      throw_invalid(
          "->> reaches into a text, which SQLite would read as JSON: write json_each over it, or "
          "store JSON");
    frame.out.append_null();
  }
}

void exists(CallFrame& frame) {
  const Operand& operand = frame.args[0];
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const bool missing =
        !operand.is_constant() && operand.vector().tag(operand.row(i)) == Tag::Missing;
    frame.out.append_bool(!missing);
  }
}

constexpr auto kPresence = Function::Shape::Presence;
constexpr std::array<Function, 14> kConditionFunctions{{
    {"coalesce", 2, 255, "coalesce(a, b, …)", "the first argument that is not NULL", kScalar,
     coalesce},
    {"ifnull", 2, 2, "ifnull(a, b)", "a, or b where a is NULL", kScalar, coalesce},
    {"iif", 2, 3, "iif(condition, a [, b])", "a where the condition is true, else b or NULL",
     kScalar, iif},
    {"if", 2, 3, "if(condition, a [, b])", "the same as iif", kScalar, iif},
    {"likely", 1, 1, "likely(e)", "e, as in SQLite", kScalar, hint},
    {"unlikely", 1, 1, "unlikely(e)", "e, as in SQLite", kScalar, hint},
    {"likelihood", 2, 2, "likelihood(e, share)", "e, as in SQLite", kScalar, hint},
    {"nullif", 2, 2, "nullif(a, b)", "a, or NULL where a = b", kScalar, nullif},
    {"min", 2, 255, "min(a, b, …)", "the least argument; NULL where any is", kScalar, extreme<-1>},
    {"max", 2, 255, "max(a, b, …)", "the greatest argument; NULL where any is", kScalar,
     extreme<1>},
    {"typeof", 1, 1, "typeof(value)", "null, integer, real or text", kPresence, type_of},
    {"no_text", 1, 1, "no_text(value)", "NULL; an error of a text", kPresence, no_text},
    {"json_kind", 1, 1, "json_kind(path)",
     "null, true, false, integer, real, text, array or object; NULL where nothing is", kScalar,
     json_kind},
    {"exists", 1, 1, "exists(path)", "true if the path is there, even if its value is null",
     kPresence, exists},
}};

}  // namespace

std::span<const Function> condition_functions() { return kConditionFunctions; }

}  // namespace arbors::expr
