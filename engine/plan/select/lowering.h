// Turns a SELECT that was read into the stages that a person would write as a plan. What cannot be
// said in stages with SQLite's answer is an error that names it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan/select/catalog.h"
#include "engine/plan/select/name_scope.h"
#include "engine/plan/select/select_syntax.h"
#include "engine/plan/select/typed.h"

namespace arbors::plan::select {

// A field of a query's trees: what the query around, or the caller, sees as a column.
struct OutColumn {
  std::string name;
  std::string own_name;  // behind a set operator, where the name is the first query's: its own
  std::optional<Affinity> affinity;
  std::optional<Collation> collation;
  bool settled = false;  // by CAST, or of an ordinary table: as its affinity makes it
  bool explicit_collation = false;
  unsigned mixed = 0;  // as a Column's
  JsonMark mark = JsonMark::None;
  bool computed = false;
};

// A query as stages. Its trees have the columns as fields; a missing value stands for NULL.
struct Lowered {
  NodePtr plan;
  std::vector<OutColumn> columns;
  bool whole_trees = false;  // SELECT _tree: the trees themselves, and no fields
  bool in_order = false;     // its rows come as the table's trees do, in SQLite too
};

// A name that WITH gives a query, and the names that this query sees in turn.
struct CommonTables {
  const CommonTables* outer = nullptr;
  const CommonTable* table = nullptr;  // null: none yet
};

// Which of equal rows of a set operation SQLite shows: with `merged` the first of the last query
// that has one (of INTERSECT and EXCEPT, of the first query), else the last; unless it is in doubt.
struct SetRows {
  bool merged = true;
  std::string doubt;
};

// What conditions ask of a query's columns. SQLite may ask them before rows are grouped, where of
// keys that are equal some may not fulfil them.
enum class Asked : std::uint8_t {
  Nothing,
  Compared,  // how they compare with constants and with columns of other tables
  Anything   // what may differ between equal values, or what SQLite reads rows in another order for
};

// What is known of the query in whose FROM another stands.
struct Surroundings {
  Asked asked = Asked::Nothing;
  bool unseen = false;                  // it counts the rows, and looks at none
  bool inside = false;                  // there is one
  std::vector<std::string> equal = {};  // columns that conditions say are constants
};

class Lowering {
 public:
  // All outlive it.
  Lowering(const Statement& statement, const Catalog& catalog, const expr::Lexer& lexer);

  Lowered query(const Query& query, const CommonTables* tables, const Scope* outer);

  // Notes what the host may have given another meaning, and fails at the first that it has.
  void note_call(std::string_view name, std::size_t args, std::size_t byte, bool window = false);
  void check_collation(Collation collation, std::size_t byte) const;
  void check_calls() const;

  // Tells whether any query of the statement groups rows, or leaves out those that repeat: SQLite
  // may compute there what a query inside says.
  bool gathers() const { return gathers_; }

  // Tells whether an aggregate takes values in the rows' order, which is then SQLite's.
  bool takes_in_order() const;

  // Tells whether the host reads rows of a table by the sides of an OR, one after the other.
  bool reads_by_parts();

  // What the query around says of the one in its FROM that is lowered next; gives what was said.
  Surroundings say(Surroundings around) { return std::exchange(around_, around); }

  const Statement& statement() const { return statement_; }
  const Catalog& catalog() const { return catalog_; }
  const expr::Lexer& lexer() const { return lexer_; }

 private:
  Lowered with_tables(const Query& query, std::size_t defined, const CommonTables* tables,
                      const Scope* outer);
  // Set operations. Whether SQLite makes one of sorted queries, rather than of a set of rows.
  bool merges(const Query& query) const;
  SetRows set_rows(const Query& query, const std::vector<Lowered>& parts,
                   Surroundings around) const;
  Lowered compound(const Query& query, const CommonTables* tables, const Scope* outer);
  std::vector<Lowered> parts_of(const Query& query, const CommonTables* tables, const Scope* outer,
                                Surroundings around);
  std::vector<OutColumn> united_columns(const Query& query,
                                        const std::vector<Lowered>& parts) const;
  std::optional<std::size_t> result_column(const OrderTerm& term,
                                           const std::vector<Lowered>& parts) const;
  NodePtr ordered(const Query& query, Lowered united, const std::vector<Lowered>& parts);

  const Statement& statement_;
  const Catalog& catalog_;
  const expr::Lexer& lexer_;
  const bool gathers_;
  Surroundings around_;
  std::optional<bool> by_parts_;
  std::vector<CalledFunction> calls_;
  std::size_t queries_ = 0;
};

// LIMIT and OFFSET, which read no table.
NodePtr limited(NodePtr plan, const Query& query, const expr::Lexer& lexer);

// A field of the root of a query's trees.
Path field(const std::string& name);

// Where NULLs go, and the direction.
SortKey sort_key(const OrderTerm& term, const Typed& value);

// Tells whether an ORDER BY or GROUP BY term is a position, and which: a whole number as it stands
// in the text.
std::optional<std::int64_t> position_of(const OrderTerm& term, const expr::Lexer& lexer);

}  // namespace arbors::plan::select
