#include "engine/plan/select/typed.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"

namespace arbors::plan::select {
namespace {

using expr::Coercion;
using expr::ExprPtr;

bool is_numeric(Affinity affinity) { return affinity >= Affinity::Numeric; }

Coercion coercion_by(Affinity affinity) {
  if (is_numeric(affinity)) return Coercion::Numeric;
  return affinity == Affinity::Text ? Coercion::Text : Coercion::None;
}

// Functions whose answer depends on a collation, which the expression language leaves at BINARY.
bool orders_texts(const expr::Function& function) {
  static constexpr std::array<std::string_view, 3> kOrdering{"min", "max", "nullif"};
  return std::find(kOrdering.begin(), kOrdering.end(), function.name) != kOrdering.end();
}

// Tells whether SQLite compares a value by the affinity of one query or another. An expression and
// a column without affinity differ beside one that has any.
bool is_doubtful(const Typed& value, const Typed& other) {
  constexpr unsigned kNone = affinity_bit(Affinity::None) | kExpressionBit;
  const bool plain = (value.mixed & ~kNone) == 0 && (other.mixed & ~kNone) == 0 &&
                     other.affinity.value_or(Affinity::None) == Affinity::None;
  return value.mixed != 0 && !plain;
}

bool is_as_declared(const ExprPtr& value) {
  const auto* call = value->as<expr::Call>();
  return call != nullptr && call->function->name == "as_declared";
}

bool is_sure_text(const Typed& value) {
  return value.affinity == Affinity::Text && (value.settled || is_as_declared(value.expr));
}

// Builds forms over operands.
class Rebuild {
 public:
  explicit Rebuild(std::vector<Typed> operands) : operands_(std::move(operands)) {}

  Typed operator()(const expr::Compare& compare) {
    read_plainly();
    settle_texts(0, 1);
    return with_collation(comparison(compare.op, at(0), at(1)));
  }
  Typed operator()(const expr::Is& is) {
    read_plainly();
    settle_texts(0, 1);
    return whole(expr::Is{is.negated, collation_of(at(0), at(1)), coercion_of(at(0), at(1))});
  }
  Typed operator()(const expr::Between& between) {
    read_plainly();
    settle_texts(0, 1);
    settle_texts(0, 2);
    if (integers_as_texts(at(0), at(1)) || integers_as_texts(at(0), at(2))) {
      const ExprPtr both = expr::and_all({comparison(expr::Comparison::GreaterEqual, at(0), at(1)),
                                          comparison(expr::Comparison::LessEqual, at(0), at(2))});
      return with_collation(between.negated ? expr::negation(both) : both);
    }
    return whole(expr::Between{between.negated, collation_of(at(0), at(1)),
                               collation_of(at(0), at(2)), coercion_of(at(0), at(1)),
                               coercion_of(at(0), at(2))});
  }
  // SQLite takes affinity and collation of an IN over a list from its left side alone.
  Typed operator()(const expr::In& in) {
    read_plainly();
    std::vector<Value> items = in.set->items();
    operands_[0].expr = left_of_in(at(0));
    if (in.set->holds_null()) items.push_back(Value::null());
    const Typed none = constant(expr::constant(Value::null()));
    const ExprPtr set = expr::in(at(0).expr, std::move(items), in.negated,
                                 collation_of(at(0), none), coercion_of(at(0), none));
    return whole(set->form);
  }
  Typed operator()(const expr::Case& form) {
    expr::Case made = form;
    for (std::size_t i = 0; i < made.coercions.size(); ++i) {
      settle_texts(0, 1 + 2 * i);
      made.coercions[i] = coercion_of(at(0), at(1 + 2 * i));
      made.collations[i] = collation_of(at(0), at(1 + 2 * i));
    }
    return whole(std::move(made));
  }
  Typed operator()(const expr::Cast& cast) {
    Typed made = whole(cast);
    made.affinity = cast.affinity;
    made.settled = true;
    return of_operand(std::move(made));
  }
  Typed operator()(const expr::UnaryOp& unary) {
    Typed made = whole(unary);
    return unary.op == expr::Unary::Plus ? of_operand(std::move(made)) : made;
  }
  Typed operator()(const expr::Collate& collate) {
    Typed made = at(0);
    made.collation = collate.collation;
    made.explicit_collation = true;
    return made;
  }
  Typed operator()(const expr::Call& call) {
    if (const ExprPtr compared = of_two(call)) return with_collation(compared);
    if (orders_texts(*call.function) && collation_of_call() != Collation::Binary)
      throw_invalid("the function " + std::string(call.function->name) +
                    " over texts of another collation than BINARY is not understood here");
    std::vector<ExprPtr> args;
    for (const Typed& operand : operands_) args.push_back(operand.expr);
    return with_collation(expr::call(call.function->name, std::move(args)));
  }
  // SQLite takes that of the first operand that has one.
  Collation collation_of_call() const {
    for (const Typed& operand : operands_)
      if (operand.collation) return *operand.collation;
    return Collation::Binary;
  }
  // min, max and nullif of two values under the collation of the first that has one, where that is
  // not BINARY: SQLite's min() takes the second of equal ones, max() the first. Null: another call.
  ExprPtr of_two(const expr::Call& call) const {
    const Collation collation = collation_of_call();
    const std::string_view name = call.function->name;
    if (operands_.size() != 2 || collation == Collation::Binary) return nullptr;
    const ExprPtr &x = operands_[0].expr, &y = operands_[1].expr,
                  null = expr::constant(Value::null());
    if (name == "nullif")
      return expr::case_of(nullptr,
                           {{expr::is(x, y, false, collation, expr::Coercion::None), null}}, x);
    if (name != "min" && name != "max") return nullptr;
    const bool least = name == "min";
    return expr::case_of(
        nullptr,
        {{expr::or_any({expr::is_null(x), expr::is_null(y)}), null},
         {expr::compare(expr::Comparison::Less, x, y, collation, expr::Coercion::None),
          least ? x : y}},
        least ? y : x);
  }
  Typed operator()(const expr::IsNull& is) {
    read_plainly();
    return whole(is);
  }
  template <typename Other>
  Typed operator()(const Other& form) {
    return whole(form);
  }

 private:
  const Typed& at(std::size_t operand) const { return operands_[operand]; }

  Typed whole(expr::Form form) const {
    std::vector<ExprPtr> args;
    for (const Typed& operand : operands_) args.push_back(operand.expr);
    return with_collation(expr::with_args(expr::Expr{std::move(form), {}, 1}, std::move(args)));
  }

  // Tells whether two integers may meet under TEXT affinity: SQLite compares them as numbers,
  // before it thinks of affinity. They do where the tree holds integers that no INSERT has
  // converted.
  static bool integers_as_texts(const Typed& left, const Typed& right) {
    const auto may_be_integer = [](const Typed& value) {
      const auto* constant = value.expr->as<expr::Constant>();
      return constant == nullptr || constant->value.kind == ValueKind::Integer;
    };
    return coercion_of(left, right) == Coercion::Text && may_be_integer(left) &&
           may_be_integer(right) && !is_sure_text(left) && !is_sure_text(right);
  }

  void settle_texts(std::size_t left, std::size_t right) {
    const ExprPtr sure = sure_text(at(left), at(right));
    operands_[right].expr = sure_text(at(right), at(left));
    operands_[left].expr = sure;
  }

  static ExprPtr comparison(expr::Comparison op, const Typed& left, const Typed& right) {
    const Collation order = collation_of(left, right);
    const Coercion convert = coercion_of(left, right);
    ExprPtr plain = expr::compare(op, left.expr, right.expr, order, convert);
    const bool equality = op == expr::Comparison::Equal || op == expr::Comparison::NotEqual;
    if (equality || !integers_as_texts(left, right)) return plain;
    const auto is_integer = [](const Typed& value) {
      return expr::compare(expr::Comparison::Equal, expr::call("typeof", {value.expr}),
                           expr::constant(Value::of("integer")));
    };
    const ExprPtr numbers = expr::compare(op, left.expr, right.expr, order, Coercion::None);
    return expr::case_of(nullptr, {{expr::and_all({is_integer(left), is_integer(right)}), numbers}},
                         std::move(plain));
  }

  // What compares sees no difference between 1 and 1.0, and knows columns better than functions.
  // But as texts they differ.
  void read_plainly() {
    const bool texts = std::any_of(operands_.begin(), operands_.end(), [](const Typed& operand) {
      return operand.affinity == Affinity::Text;
    });
    if (texts) return;
    for (Typed& operand : operands_) operand.expr = without_real(operand.expr);
  }

  Typed with_collation(ExprPtr made) const { return over_operands(std::move(made), operands_); }

  Typed of_operand(Typed made) const {
    if (!at(0).is_column || made.explicit_collation) return made;
    made.collation = at(0).collation;
    made.is_column = true;
    return made;
  }

  std::vector<Typed> operands_;
};

}  // namespace

const char* type_of(Affinity affinity) {
  static constexpr std::array<const char*, 5> kTypes{nullptr, "TEXT", "NUMERIC", "INTEGER", "REAL"};
  return kTypes[static_cast<std::size_t>(affinity)];
}

expr::ExprPtr as_declared(const ExprPtr& value, const char* type) {
  return expr::call("as_declared", {value, expr::constant(Value::of(type))});
}

expr::ExprPtr without_real(const expr::ExprPtr& value) {
  return is_as_declared(value) ? value->args.front() : value;
}

// Versions of SQLite differ where a column of TEXT affinity holds a number: the newer compare two
// numbers as such.
expr::ExprPtr sure_text(const Typed& value, const Typed& other) {
  const auto* constant = other.expr->as<expr::Constant>();
  const bool number = constant == nullptr || constant->value.is_number();
  if (value.affinity != Affinity::Text || is_sure_text(value) || !number || is_sure_text(other) ||
      coercion_of(value, other) != Coercion::Text)
    return value.expr;
  return as_declared(value.expr, "TEXT");
}

expr::ExprPtr left_of_in(const Typed& value) {
  static constexpr std::array<const char*, 5> kTypes{nullptr, "TEXT", "NUMERIC", "INTEGER",
                                                     "NUMERIC"};
  const char* type = value.affinity ? kTypes[static_cast<std::size_t>(*value.affinity)] : nullptr;
  if (type == nullptr || value.settled || is_as_declared(value.expr)) return value.expr;
  return as_declared(value.expr, type);
}

Typed over_operands(ExprPtr made, const std::vector<Typed>& operands) {
  Typed typed = constant(std::move(made));
  const auto inside = std::find_if(operands.begin(), operands.end(),
                                   [](const Typed& operand) { return operand.explicit_collation; });
  if (inside == operands.end()) return typed;
  typed.collation = inside->collation;
  typed.explicit_collation = true;
  return typed;
}

Typed constant(expr::ExprPtr value) { return {std::move(value), {}, {}, false, false, false}; }

Collation collation_of(const Typed& value) { return value.collation.value_or(Collation::Binary); }

Collation collation_of(const Typed& left, const Typed& right) {
  if (left.explicit_collation) return *left.collation;
  if (right.explicit_collation) return *right.collation;
  return left.collation ? *left.collation : collation_of(right);
}

Coercion coercion_of(const Typed& left, const Typed& right) {
  if (is_doubtful(left, right) || is_doubtful(right, left))
    throw_invalid(
        "comparing a column of queries around a set operator that differ in its "
        "affinity or collation is not understood here");
  const auto a = left.affinity;
  const auto b = right.affinity;
  if (a && b) return is_numeric(*a) || is_numeric(*b) ? Coercion::Numeric : Coercion::None;
  return coercion_by(a ? *a : b.value_or(Affinity::None));
}

bool holds_other_than_texts(const Typed& value) {
  return value.affinity == Affinity::Text && !is_sure_text(value);
}

expr::ExprPtr as_key(const Typed& value) {
  const Collation collation = collation_of(value);
  if (expr::collation(*value.expr, *value.expr) == collation) return value.expr;
  return expr::collate(value.expr, collation);
}

bool hands_on(const expr::Expr& form) {
  static constexpr std::array<std::string_view, 11> kFunctions{
      "coalesce", "ifnull", "iif",      "if",         "nullif",     "min",
      "max",      "likely", "unlikely", "likelihood", "as_declared"};
  if (const auto* call = form.as<expr::Call>())
    return std::find(kFunctions.begin(), kFunctions.end(), call->function->name) !=
           kFunctions.end();
  if (const auto* unary = form.as<expr::UnaryOp>()) return unary->op == expr::Unary::Plus;
  const auto* cast = form.as<expr::Cast>();
  return form.as<expr::Case>() != nullptr || form.as<expr::Collate>() != nullptr ||
         (cast != nullptr && cast->affinity == Affinity::Text);
}

Typed with_operands(const expr::Expr& form, std::vector<Typed> operands) {
  JsonMark mark = JsonMark::None;
  if (hands_on(form))
    for (const Typed& operand : operands) mark = std::max(mark, operand.mark);
  Typed made = std::visit(Rebuild(std::move(operands)), form.form);
  made.mark = mark;
  return made;
}

InComparison in_comparison(const Typed& left, const Typed& column) {
  if (column.explicit_collation && !left.explicit_collation &&
      collation_of(left) != collation_of(column))
    throw_invalid("IN over a query whose column has a COLLATE is not understood here");
  return {collation_of(left, column), coercion_of(column, left)};
}

}  // namespace arbors::plan::select
