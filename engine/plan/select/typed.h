// Expressions with what SQLite knows of them: affinity and collation, of columns too. Forms are
// built anew over operands that were looked up, so that comparisons convert and order as SQLite's.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"
#include "engine/plan/select/catalog.h"

namespace arbors::plan::select {

struct Typed {
  expr::ExprPtr expr;  // without COLLATE
  // https://sqlite.org/datatype3.html section 3.2; nullopt: an expression, which has none
  std::optional<Affinity> affinity;
  std::optional<Collation> collation;
  bool explicit_collation = false;  // by COLLATE, which goes before that of a column
  bool is_column = false;           // hands its collation on through CAST and unary plus
  bool settled = false;             // the value is as its affinity makes it
  unsigned mixed = 0;               // as a column's (catalog.h)
  JsonMark mark = JsonMark::None;
  bool computed = false;  // as a column's (catalog.h)
};

Typed constant(expr::ExprPtr value);

// An expression over operands, without affinity. A COLLATE inside one shows outside, the first one:
// also through functions and aggregates.
Typed over_operands(expr::ExprPtr made, const std::vector<Typed>& operands);

// A value of TEXT affinity as it is compared with another: an error where it holds a number, which
// would meet a number.
expr::ExprPtr sure_text(const Typed& value, const Typed& other);

// A type of that affinity; null: none.
const char* type_of(Affinity affinity);

// The value; an error where a column of that type would convert it, which SQLite does or not as it
// plans.
expr::ExprPtr as_declared(const expr::ExprPtr& value, const char* type);

// A declared column's value as IN compares it with a list or a query: an error where its type would
// convert it, which some versions of SQLite do and others do not.
expr::ExprPtr left_of_in(const Typed& value);

// A column of REAL affinity as its tree has it, where SQLite's making reals of integers is not
// seen.
expr::ExprPtr without_real(const expr::ExprPtr& value);

Collation collation_of(const Typed& value);
// Those of a comparison (https://sqlite.org/datatype3.html sections 4.2 and 7.1).
Collation collation_of(const Typed& left, const Typed& right);
// Throws Error{Invalid} for a mixed one: SQLite compares as one of the queries says, by version and
// plan another.
expr::Coercion coercion_of(const Typed& left, const Typed& right);

// Tells whether the values of a TEXT column may be other than texts: equal numbers are compared as
// texts, which differ.
bool holds_other_than_texts(const Typed& value);

// The value as a key of groups, orders and distinct values: it says its collation.
expr::ExprPtr as_key(const Typed& value);

// Tells whether SQLite hands on an operand as it is, with what it says of JSON.
bool hands_on(const expr::Expr& form);

// Makes the same form over other operands. Throws Error{Invalid} for a function that would need a
// collation it does not know.
Typed with_operands(const expr::Expr& form, std::vector<Typed> operands);

// `left IN (values of a query)`, which compares as `left = column` (section 4.3).
struct InComparison {
  Collation collation;
  expr::Coercion coercion;
};
// Throws Error{Invalid} where the column's COLLATE would go before the left side's collation, which
// SQLite heeds or not as it plans.
InComparison in_comparison(const Typed& left, const Typed& column);

}  // namespace arbors::plan::select
