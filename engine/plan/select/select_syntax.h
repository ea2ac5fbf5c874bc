// A SELECT as it was written: clauses over expressions whose names are still to be looked up. An
// expression holds names, aggregates and queries as leaves: parameters numbered from kLeaf on, each
// a row of Statement::leaves.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"

namespace arbors::plan::select {

struct Query;
using QueryPtr = std::shared_ptr<const Query>;

inline constexpr std::uint32_t kLeaf = 1U << 20;

struct Word {
  std::string text;
  bool quoted = false;
};

struct OrderTerm {
  expr::ExprPtr expr;
  bool descending = false;
  std::optional<bool> nulls_first;
  std::size_t begin = 0, end = 0;  // of the expression's text
};

struct FrameBound {
  enum class Kind : std::uint8_t {
    UnboundedPreceding,
    Preceding,
    CurrentRow,
    Following,
    UnboundedFollowing
  };
  Kind kind = Kind::UnboundedPreceding;
  expr::ExprPtr offset;  // of Preceding and Following
};

struct Frame {
  enum class Unit : std::uint8_t { Rows, Range, Groups };
  Unit unit = Unit::Range;
  FrameBound from, to;
};

struct WindowSpec {
  std::string base;  // the name of another window, or empty
  std::vector<expr::ExprPtr> partition;
  std::vector<OrderTerm> order;
  std::optional<Frame> frame;
  std::size_t byte = 0;
};

// What a leaf stands for. `words` is a name, or a function's name; `args` are its arguments.
struct Leaf {
  enum class Kind : std::uint8_t {
    Name,       // words, then further steps of a path
    Aggregate,  // words.front() (args…) [FILTER (WHERE filter)]; no args and `star`: count(*)
    Window,     // the same, OVER window or a window's name
    Access,     // args[0] -> args[1], or ->> where `flag` is set; or a function of the value there
    Scalar,     // (query)
    Exists,     // EXISTS (query)
    In          // args[0] [NOT] IN (query); `flag`: NOT
  };
  Kind kind = Kind::Name;
  std::size_t begin = 0, end = 0;  // bytes of the text
  std::vector<Word> words;
  std::vector<PathStep> steps;  // of a name, behind the words
  std::vector<expr::ExprPtr> args;
  expr::ExprPtr filter;
  std::vector<OrderTerm> order;  // ORDER BY inside an aggregate's parentheses
  bool distinct = false;
  bool flag = false;
  bool function = false;  // of an Access: written as json_extract()
  QueryPtr query;
  std::optional<WindowSpec> window;  // OVER (…) or, with a base alone, OVER name
};

struct ResultColumn {
  expr::ExprPtr expr;              // null: * or table.*
  std::optional<Word> table;       // of table.*
  std::string alias;               // empty: none
  std::size_t begin = 0, end = 0;  // of the expression's text
};

struct FromItem {
  enum class Kind : std::uint8_t { Table, Handle, Query, Each };
  enum class Join : std::uint8_t { Comma, Inner, Left };
  Kind kind = Kind::Table;
  Join join = Join::Comma;
  std::string schema, name;   // of a table, a handle's name
  std::optional<Value> when;  // see plan/moment.h
  std::string alias;          // empty: none
  QueryPtr query;             // of a query in parentheses
  expr::ExprPtr argument;     // of json_each
  expr::ExprPtr on;
  std::vector<Word> columns;  // USING
  bool natural = false;
  std::size_t begin = 0;
};

struct NamedWindow {
  std::string name;
  WindowSpec window;
};

struct Core {
  bool distinct = false;
  std::vector<ResultColumn> columns;
  std::vector<FromItem> from;
  expr::ExprPtr where, having;
  std::vector<OrderTerm> group_by;  // direction has no meaning here
  std::vector<NamedWindow> windows;
  std::vector<std::vector<expr::ExprPtr>> values;  // VALUES (…), (…); then nothing else
  bool has_windows = false;                        // calls OVER a window, queries inside included
  std::size_t begin = 0;
};

struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  QueryPtr query;
  std::size_t begin = 0;
};

enum class SetOperator : std::uint8_t { UnionAll, Union, Intersect, Except };

struct Query {
  std::vector<CommonTable> with;
  std::vector<Core> cores;             // one or more
  std::vector<SetOperator> operators;  // between them
  std::vector<OrderTerm> order_by;
  expr::ExprPtr limit, offset;
  std::size_t begin = 0;
};

struct Statement {
  QueryPtr query;
  std::deque<Leaf> leaves;  // by number, from kLeaf on
};

}  // namespace arbors::plan::select
