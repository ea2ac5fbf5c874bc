// What planning asks of a table. Where the database refuses to be read just now (it is locked, or
// its schema has changed), the answers are those of a table of which nothing is known: any plan
// made of them is right, and SQLite reports or mends the refusal when the statement runs. All is
// read of one state, from the first question on.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/path.h"
#include "ext/table/table_facts.h"
#include "sql/access/read_scope.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

struct ArborTable;

// Whether the application may have put a function of its own in the place of `function`.
bool may_be_redefined(sqlite3* db, std::string_view function);

class PlannerKnowledge {
 public:
  explicit PlannerKnowledge(ArborTable& table) : table_(table) {}

  PathFacts facts(int column);  // of a data column
  double trees();
  bool has_index(const Path& path);

 private:
  template <typename Ask, typename Answer>
  Answer ask(const Ask& ask, Answer unknown);

  ArborTable& table_;
  std::optional<store::ReadScope> one_state_;
};

}  // namespace arbors::ext
