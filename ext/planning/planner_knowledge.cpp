#include "ext/planning/planner_knowledge.h"

#include <string>

#include "ext/host/statements.h"
#include "ext/session/session.h"
#include "ext/table/arbor_table.h"
#include "sql/access/sqlite_error.h"

namespace arbors::ext {
namespace {

constexpr double kUnknownTrees = 1e6;

// SQLite makes any failure to plan a plain SQLITE_ERROR. What the caller, or SQLite itself, will
// try again is planned for without knowledge instead: of a locked database the scan reports
// SQLITE_BUSY, and where another connection has changed the schema, or a rollback, SQLite finds out
// as the statement begins, and prepares it anew. Nothing else may go on: after a failed read SQLite
// has rolled back the transaction.
template <typename Ask, typename Answer>
Answer ask_unless_refused(const Ask& ask, Answer unknown) {
  try {
    return ask();
  } catch (const store::SqliteError& error) {
    const int result = error.result() & 0xFF;
    if (result != SQLITE_BUSY && result != SQLITE_LOCKED && result != SQLITE_PROTOCOL &&
        result != SQLITE_SCHEMA)
      throw;
    return unknown;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    return unknown;  // of damage the scan reports, as the running statement's error
  }
}

// Tells whether the application has put a function of its own in the place of LIKE or GLOB, which
// SQLite offers as constraints all the same. PRAGMA case_sensitive_like looks like that too.
bool is_redefined(sqlite3* db, std::string_view function) {
  bool redefined = false;
  for_each_row(db,
               "SELECT 1 FROM pragma_function_list WHERE name = ?1 AND narg = 2 AND builtin = 0",
               {std::string(function)}, [&](sqlite3_stmt*) { redefined = true; });
  return redefined;
}

}  // namespace

bool may_be_redefined(sqlite3* db, std::string_view function) {
  return ask_unless_refused([&] { return is_redefined(db, function); }, true);
}

template <typename Ask, typename Answer>
Answer PlannerKnowledge::ask(const Ask& ask, Answer unknown) {
  if (!one_state_) one_state_.emplace(table_.session->db());
  return ask_unless_refused(ask, std::move(unknown));
}

PathFacts PlannerKnowledge::facts(int column) {
  const Path& path = table_.columns[static_cast<std::size_t>(column)].path;
  return ask([&] { return table_.facts.of(table_.store->snapshot(), path); }, PathFacts::unknown());
}

double PlannerKnowledge::trees() {
  return ask([&] { return static_cast<double>(table_.store->trees()); }, kUnknownTrees);
}

bool PlannerKnowledge::has_index(const Path& path) {
  return ask([&] { return table_.store->has_index(path); }, false);
}

}  // namespace arbors::ext
