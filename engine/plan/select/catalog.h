// What a SELECT must know of the tables it names: their columns, as SQL sees them. Asked while a
// text is read, so that names are looked up as SQLite does; the plan itself stays pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/plan/logical_plan.h"

namespace arbors::plan::select {

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
};

struct Table {
  std::vector<Column> columns;
  bool trees = true;       // has _tree, and paths that no column shows
  bool in_memory = false;  // an ordinary table of the database: its values are as declared
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
  // Throws Error{Invalid} where the host has given a function another meaning.
  virtual void check_function(std::string_view name) const = 0;
};

}  // namespace arbors::plan::select
