// What a SELECT must know of the tables it names: their columns, as SQL sees them. Asked while a
// text is read, so that names are looked up as SQLite does; the plan itself stays pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/plan/logical_plan.h"

namespace arbors::plan::select {

// Bits of `mixed`, behind one for each affinity: that of an expression, and differing collations.
inline constexpr unsigned kExpressionBit = 1U << 5;
inline constexpr unsigned kCollationsBit = 1U << 6;
constexpr unsigned affinity_bit(std::optional<Affinity> affinity) {
  return affinity ? 1U << static_cast<unsigned>(*affinity) : kExpressionBit;
}

// What SQLite's JSON functions make of a value, by how it was computed, where the value here does
// not say.
enum class JsonMark : std::uint8_t {
  None,
  Text,  // an array or object is JSON or a text, by how SQLite plans, or a text
  Json   // JSON, be it a scalar: of -> or json()
};

struct Column {
  std::string name;
  Path path;  // in the table's trees
  // Of a table's column; nullopt: that of a query's, which is an expression and has none.
  std::optional<Affinity> affinity = Affinity::None;
  Collation collation = Collation::Binary;
  bool visible = true;   // part of *
  bool settled = false;  // of a query: its values are all as the affinity makes them
  // Computed from the path's value rather than read.
  enum class Of : std::uint8_t { Value, JsonType, JsonAtom, Nothing } of = Of::Value;
  // Of queries around a set operator that differ in affinity or collation: theirs, a bit each.
  unsigned mixed = 0;
  JsonMark mark = JsonMark::None;  // of a query's
  // Of a query's: no column of a table. SQLite may compute it where the query around names it.
  bool computed = false;

  bool operator==(const Column&) const = default;
};

// The columns of a table, which many queries may share. Never null.
using Columns = std::shared_ptr<const std::vector<Column>>;

struct Table {
  Columns columns;
  bool trees = true;       // has _tree, and paths that no column shows
  bool in_memory = false;  // an ordinary table of the database: its values are as declared
  bool stored = false;     // an Arbor, whose trees have rowids and places
};

// A function that a SELECT calls, by SQL's name.
struct CalledFunction {
  std::string name;  // in lower case
  std::size_t args = 0;
  bool window = false;   // and no aggregate
  std::size_t byte = 0;  // of the text
};

class Catalog {
 public:
  Catalog() = default;
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;
  virtual ~Catalog() = default;

  // The columns of what a source names, whose kind it may decide. Throws Error{NotFound} that says
  // what is near.
  virtual Table table(Source& source) const = 0;
  // The first of these calls whose function the host has given another meaning; null: none has.
  virtual const CalledFunction* own_call(std::span<const CalledFunction> calls) const = 0;
  // Tells whether the host would run a statement itself, as far as it can tell without doing so.
  virtual bool host_runs(std::string_view statement) const = 0;
  // Tells whether the host, as it plans a statement now, reads rows of a table by the sides of an
  // OR, one after the other.
  virtual bool reads_by_parts(std::string_view statement) const = 0;
  // Tells whether the host makes every UNION, INTERSECT and EXCEPT of sorted queries, else those
  // with an ORDER BY alone: which of equal rows is shown differs.
  virtual bool merges_sets() const = 0;
  // Tells whether the host has given a collation another meaning.
  virtual bool is_own(Collation collation) const = 0;
};

}  // namespace arbors::plan::select
