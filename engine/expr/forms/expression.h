// The checked expression tree: what to compute from one tree (or list element), with collations and
// coercions decided. Immutable and shared; pure, so a plan may keep, compare and rewrite it. Built
// by the parser from text and by the SQL side from constraints, through builder.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/scalar.h"
#include "engine/base/value.h"

namespace arbors::expr {

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;
struct Function;  // a row of the function table (function.h)
class ValueSet;   // value_set.h

// How a comparison converts its operands first.
enum class Coercion : std::uint8_t {
  None,            // not at all: SQLite's comparison without affinity
  Numeric,         // texts that read as numbers become numbers, on both sides
  Text,            // numbers become texts, on both sides
  Superset,        // true wherever any of the three would be true: for a caller that checks again
  NumericSuperset  // true wherever None or Numeric would be: enough, and faster, for a left column
                   // without affinity, which SQLite never compares as text for the column's sake
};

enum class Comparison : std::uint8_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };
enum class Unary : std::uint8_t { Negate, Plus, BitNot };
enum class Pattern : std::uint8_t { Like, Glob };

// The forms of an expression. `args` of the node holds the operands in the order written here.
struct Constant {  // ()
  Value value;
  bool boolean = false;  // written true or false: 1 or 0 to operators, true or false in a tree
};
struct Parameter {  // (): ?number, counted from 1
  std::uint32_t number = 1;
};
struct PathRead {  // (): the value at a path of the scope's root; an empty path is the root (`it`)
  Path path;
  Affinity affinity = Affinity::None;  // of the declared column
};
struct Compare {  // (left, right): NULL where either is
  Comparison op = Comparison::Equal;
  Collation collation = Collation::Binary;
  Coercion coercion = Coercion::None;
};
struct Is {  // (left, right): equality to which NULLs are values; never NULL
  bool negated = false;
  Collation collation = Collation::Binary;
  Coercion coercion = Coercion::None;
};
struct IsTruth {  // (value): `IS [NOT] TRUE`, `IS [NOT] FALSE`; never NULL
  bool truth = true;
  bool negated = false;
};
struct IsNull {  // (value)
  bool negated = false;
};
struct Between {  // (value, low, high)
  bool negated = false;
  Collation low_collation = Collation::Binary;
  Collation high_collation = Collation::Binary;
  Coercion low = Coercion::None;
  Coercion high = Coercion::None;
};
struct In {  // (value, items that are no constants…); the constant ones are in `set`
  std::shared_ptr<const ValueSet> set;  // holds its collation and coercion
  bool negated = false;
};
struct Match {  // (text, pattern[, escape])
  Pattern pattern = Pattern::Like;
  bool negated = false;
};
struct And {};      // (two or more…)
struct Or {};       // (two or more…)
struct Not {};      // (value)
struct Calculate {  // (left, right)
  Arithmetic op = Arithmetic::Add;
};
struct UnaryOp {  // (value)
  Unary op = Unary::Negate;
};
struct Concat {};  // (left, right)
struct Case {      // ([base,] when, then, when, then, …[, otherwise])
  bool has_base = false;
  bool has_otherwise = false;
  std::vector<Coercion> coercions;    // of base with each when, where there is a base
  std::vector<Collation> collations;  // likewise
};
struct Cast {  // (value)
  std::string type;
  Affinity affinity = Affinity::None;  // None: to a blob
};
struct Collate {  // (value): the value itself; says how comparisons order it
  Collation collation = Collation::Binary;
};
struct Call {  // (arguments…); an argument in element scope sees one list element as its root
  const Function* function = nullptr;
};

using Form =
    std::variant<Constant, Parameter, PathRead, Compare, Is, IsTruth, IsNull, Between, In, Match,
                 And, Or, Not, Calculate, UnaryOp, Concat, Case, Cast, Collate, Call>;

struct Expr {
  Form form;
  std::vector<ExprPtr> args;
  std::uint32_t depth = 1;  // levels of the tree: bounded by kMaxDepth, since walks recurse

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&form);
  }
};

inline constexpr std::uint32_t kMaxDepth = 1000;  // as SQLite's SQLITE_LIMIT_EXPR_DEPTH

// Tells whether two trees are the same, operand by operand.
bool equal(const Expr& left, const Expr& right);

// Writes an expression as parse_expression reads it back.
std::string to_text(const Expr& expr);

// Lists the paths read in the tree's own scope, each once, in order of appearance. A list function
// reads its list and the paths that its element expression reads, under `list[*]`.
std::vector<Path> paths(const Expr& expr);

// Tells whether an expression's value depends on neither paths nor parameters.
bool is_constant(const Expr& expr);

// Tells whether a blob that stands in an expression may be its value: trees hold none.
bool gives_blob(const Expr& expr);
// Throws Error{Invalid} where one may.
void refuse_blob(const Expr& expr);

// Gives the highest parameter number; 0 without parameters.
std::uint32_t parameter_count(const Expr& expr);

// Tells whether an expression reads any path, so that rows may give it different values.
bool reads_rows(const Expr& expr);

// Tells which affinity an expression gives to a comparison: a declared or undeclared column's, a
// cast's; nullopt for every other expression (https://sqlite.org/datatype3.html section 3.2).
std::optional<Affinity> affinity(const Expr& expr);

// Chooses the coercion SQLite applies when these two are compared.
Coercion coercion(const Expr& left, const Expr& right);

// Chooses the collation: the first COLLATE found in the left operand, then the right, else Binary.
Collation collation(const Expr& left, const Expr& right);

}  // namespace arbors::expr
