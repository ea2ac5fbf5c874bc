// What a query means, before anyone decides how to run it: a tree of operators over named sources.
// Pure and immutable: no snapshot, no file, no SQLite; sources are bound when the plan is executed.
// SQL scans and the plan language both end here, so there is one optimizer and one executor.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"

namespace arbors::plan {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

struct NamedExpr {
  std::string name;  // the field it makes
  expr::ExprPtr expr;
  bool shows_null = false;  // in a select: a value that is missing makes a null, as in SQL
  // In a select: makes a field of each member of the object that `expr`, a bare path, gives (`*`
  // for the tree itself, `p.*`); `name` is of no meaning.
  bool spread = false;
};

struct SortKey {
  enum class By : std::uint8_t { Expression, Rowid, Position };
  expr::ExprPtr expr;  // null unless by expression
  bool descending = false;
  bool nulls_last = false;  // where NULLs go; SQLite's default: first ascending, last descending
  Collation collation = Collation::Binary;
  By by = By::Expression;
};

struct AggregateInfo;  // a row of the aggregate table (aggregate.h)
struct WindowInfo;     // a row of the table of window functions (window.h)

struct AggregateCall {
  const AggregateInfo* function = nullptr;
  std::string name;        // the field it makes
  expr::ExprPtr argument;  // null for count()
  expr::ExprPtr second;    // quantile's fraction
  bool distinct = false;
  expr::ExprPtr filter;  // filter (where e), or null
  // Not empty: an error, and this its sentence, where the answer is one of values that are equal
  // but look different (1 and 1.0), or of rows, and the trees' order decides which.
  std::string doubt{};
};

// A restriction on which trees are looked at, by identity: intersected where several are given.
// Ranges are inclusive. Sets are ascending without duplicates.
struct RowRestriction {
  std::optional<std::pair<std::int64_t, std::int64_t>> rowids;
  std::optional<std::vector<std::int64_t>> rowid_set;
  std::optional<std::pair<std::int64_t, std::int64_t>> positions;
  std::optional<std::vector<std::int64_t>> position_set;

  bool none() const { return !rowids && !rowid_set && !positions && !position_set; }
  // Intersects with a set.
  void keep_rowids(std::vector<std::int64_t> ascending);
};

// Keys from `low` to `high`, both included, in SQLite's order by BINARY.
struct KeyRange {
  Value low, high;
};

// The key under which an index on elements (`tags[*]`, `items[*].sku`) has the trees in which
// json_each and `->>` may read other values than its path finds: something else than an array or
// null is there, or a text whose keys it asks for. JSON has no blobs.
Value no_array_key();

// What a source's kept-up index on a path is asked for: keys that hold those of every row which the
// filter above lets through. Whoever binds the source may scan instead.
struct IndexSearch {
  // Any: the rows are found at once. Else the sort above takes them in the order of their keys, and
  // no more of them than it needs.
  enum class Order : std::uint8_t { Any, Ascending, Descending };

  Path path;
  std::vector<KeyRange> ranges;
  Order order = Order::Any;
  // Of an order: rows without a key, which no index holds, may be among those wanted.
  bool nulls = false;
  double share = 1;  // of the source's trees that these keys are thought to have
};

// ---- operators
// -----------------------------------------------------------------------------------

// A named Arbor, an Arbor in memory (`json`), an opened handle, or files, which are read once; or
// an ordinary table of the database, of which a SELECT speaks.
struct Source {
  enum class Kind { Name, Json, Handle, File, Table };
  Kind kind = Kind::Name;
  std::string schema;  // of a name; may be empty
  std::string name;    // the name, the JSON text, the handle (`@1`), or the file, glob or list
  std::optional<Value> when;  // of a name: an older state, see moment.h; none: the newest
  RowRestriction rows;
  std::optional<IndexSearch> search;
  std::string options = {};  // of files: JSON, or empty
};
struct Filter {
  expr::ExprPtr predicate;
};
struct Project {  // select
  std::vector<NamedExpr> fields;
};
struct AddField {
  std::vector<NamedExpr> fields;  // the name is a path text
  // Leaves a tree as it is where a field would stand in what is no object; else that is an error.
  bool skip = false;
};
struct Drop {
  std::vector<Path> paths;
};
struct Slice {  // skip and head
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> limit;
};
struct Tail {
  std::uint64_t count = 0;
};
struct Take {
  std::vector<std::int64_t> positions;  // in that order; negatives count from the end
};
struct Sample {
  std::uint64_t count = 0;
  std::uint64_t seed = 0;
};
struct Shuffle {
  std::uint64_t seed = 0;
};
struct Reverse {};
struct Sort {
  std::vector<SortKey> keys;
  std::optional<std::uint64_t> limit;  // keep only the first so many: top-k
  bool grouped = false;                // equal keys together is enough, in any order of groups
  bool distinct = false;               // besides, one row of each group is enough
};
struct UniqueBy {
  std::vector<expr::ExprPtr> keys;
  bool last = false;    // keeps the last tree of each key, not the first
  std::string doubt{};  // not empty: an error, and this its sentence, where it matters which
};
// Which of keys that are equal but look different (1 and 1.0, texts that a collation holds equal)
// stands for a group.
struct ShownKey {
  const AggregateInfo* function = nullptr;  // of the key over the group's trees; null: first
  expr::ExprPtr second = nullptr;           // of arg_min and arg_max
  std::string doubt{};                      // not empty: an error, and this its sentence
  bool any = false;                         // nobody sees which
};
struct GroupBy {
  std::vector<NamedExpr> keys;
  std::vector<AggregateCall> aggregates;
  bool gather_trees = false;  // no braces: each group becomes {key…, "trees": […]}
  bool in_key_order = true;   // false where what follows does not see the order
  ShownKey shown{};
};
struct Aggregate {
  std::vector<AggregateCall> aggregates;
};
struct Explode {
  Path path;
  std::string as;  // empty: the element takes the array's place
  bool outer = false;
  // As SQLite's json_each: an object gives its members' values, a scalar itself, a text is read as
  // JSON. `key`, if there is one, is a field that gets the element's index or key.
  bool each = false;
  std::string key = {};
};
struct Flatten {};
struct Nest {
  std::vector<NamedExpr> fields;  // those that are bare paths leave the tree
  std::string as;
};
struct Concat {};  // inputs: first, second
struct Insert {    // inputs: into, what
  std::int64_t position = 0;
};
struct SetAt {  // inputs: into, what (one tree)
  std::int64_t position = 0;
};
struct Remove {
  std::vector<std::int64_t> positions;
};
struct IndexBy {
  std::vector<expr::ExprPtr> keys;
};
struct Rename {
  struct Name {
    Path from;       // keys alone
    std::string to;  // in the place of the last key
  };
  std::vector<Name> names;  // all see the tree as it came
};

// A pair of expressions that partners agree on: `left` over the left trees, `right` over the right
// ones. How they compare is decided when it is built (join.h).
struct JoinKey {
  expr::ExprPtr left, right;
  Collation collation = Collation::Binary;
  expr::Coercion coercion = expr::Coercion::None;
  bool nulls_equal = false;  // as IS and set operations compare
};
struct Join {  // inputs: left, right
  enum class Kind : std::uint8_t {
    Inner,  // each pair
    Left,   // besides, left trees without a partner, nothing under `as`
    Semi,   // left trees with a partner
    Anti    // left trees without one
  };
  Kind kind = Kind::Inner;
  std::string as;  // the field of the right tree; of semi and anti only `residual` sees it
  std::vector<JoinKey> keys;  // one or more
  expr::ExprPtr residual;  // what partners must fulfil besides, over {left…, as: right}; or null
  // Of Anti: NOT IN of the first key, the others correlating. A left tree also goes where its first
  // key or one of the partners' is NULL; where there is no right tree (of its other keys), it
  // stays.
  bool null_aware = false;
  std::string keyless = {};  // of a SELECT's: what to say where no equality turned up
  bool any_order = false;    // nobody sees the order of the pairs; else left trees in their order,
                             // and each one's partners in theirs
};

// The rows of a partition that a window function looks at, from its own row's place.
struct WindowFrame {
  enum class Unit : std::uint8_t { Range, Rows, Groups };
  enum class Bound : std::uint8_t {
    UnboundedPreceding,
    Preceding,  // so many rows
    CurrentRow,
    Following,
    UnboundedFollowing
  };
  Unit unit = Unit::Range;  // Range and Groups: Preceding and Following count groups of peers
  Bound from = Bound::UnboundedPreceding;
  Bound to = Bound::CurrentRow;
  std::uint64_t from_rows = 0, to_rows = 0;
};
struct WindowCall {
  const WindowInfo* function = nullptr;  // null: an aggregate over the frame
  std::vector<expr::ExprPtr> arguments;  // of a function
  AggregateCall aggregate;               // where there is no function
  WindowFrame frame;
  std::string name;  // the field it makes
};
struct Window {
  std::vector<expr::ExprPtr> by;
  std::vector<SortKey> order;
  std::vector<WindowCall> calls;
  // Only the first so many rows of each partition are wanted; the others may be left out.
  std::optional<std::uint64_t> first_rows;
  // Not empty: an error, and this its sentence, where equal keys of a partition look different.
  std::string doubt{};
};

using Operator =
    std::variant<Source, Filter, Project, AddField, Drop, Slice, Tail, Take, Sample, Shuffle,
                 Reverse, Sort, UniqueBy, GroupBy, Aggregate, Explode, Flatten, Nest, Concat,
                 Insert, SetAt, Remove, IndexBy, Rename, Join, Window>;

struct Node {
  Operator op;
  std::vector<NodePtr>
      inputs;  // none for a source, two for Concat, Insert, SetAt and Join, else one
};

NodePtr make(Operator op, std::vector<NodePtr> inputs = {});

}  // namespace arbors::plan
