// The names that an expression of a SELECT may use, and what each stands for: columns of the tables
// in FROM, names of result columns, paths into trees, names of the query around.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/expr/text/lexer.h"
#include "engine/plan/select/catalog.h"
#include "engine/plan/select/select_syntax.h"
#include "engine/plan/select/typed.h"

namespace arbors::plan::select {

// An item of FROM: its trees stand at `root` of the trees that all items are joined to.
struct ScopeTable {
  std::string alias, schema, table;
  Path root;
  Columns columns;
  bool trees = true;
  bool in_memory = false;  // an ordinary table of the database
  bool stored = false;     // an Arbor
  Path each_key = {};      // of json_each: where the element's index or key stands
  Path rowid = {}, place = {}, generation = {};  // of an Arbor, where a name may be one of them
};

struct Alias {
  std::string name;
  Typed value;
};

class Scope {
 public:
  explicit Scope(const expr::Lexer& lexer, const Scope* outer = nullptr)
      : lexer_(lexer), outer_(outer) {}

  std::vector<ScopeTable> tables;
  std::vector<Alias> aliases;       // of result columns, as far as they may be named
  std::vector<std::string> shared;  // names that USING has made one
  // In FROM and WHERE, where no result column is computed yet: the one of that alias, if any.
  std::function<std::optional<Typed>(const std::string& alias)> result_named;

  // SQLite makes reals of integers in a virtual table's columns of REAL affinity where it sorts or
  // keeps rows, which depends on its plan; else not.
  bool makes_reals = false;

  // Whether _generation may be read: SQLite reads another state where a condition says it is one.
  bool reads_generation = false;

  struct Found {
    Typed value;
    std::string name;    // as SQLite names a result column of it
    unsigned level = 0;  // 0: of this query, 1: of the one around
  };
  // Looks a name up, or fails at its place.
  Found find(const Leaf& name) const;
  // What a name stands for where it is a column of a table here.
  std::optional<Typed> column_named(const Leaf& name) const;
  // The table of that alias, or null.
  const ScopeTable* table_named(const std::string& schema, const std::string& name) const;
  // The first column of that name.
  std::optional<Found> column(const std::string& name) const;
  // The columns that * stands for, of one table or (null) of all.
  std::vector<Found> star(const ScopeTable* only) const;

  Found column_of(const ScopeTable& table, const Column& column) const;

 private:
  unsigned doubtful_types(const ScopeTable& table, const Column& column) const;
  std::optional<Found> find_column(const Leaf& name) const;
  std::optional<Found> find_in(const ScopeTable& table, const Leaf& name, std::size_t words) const;
  std::optional<Found> tree_column(const ScopeTable& table, const std::string& word,
                                   std::size_t byte) const;
  std::optional<Found> find_path(const Leaf& name) const;
  std::optional<Found> find_alias(const Leaf& name) const;
  [[noreturn]] void fail_unknown(const Leaf& name) const;

  const expr::Lexer& lexer_;
  const Scope* outer_;
};

}  // namespace arbors::plan::select
