// SQL functions as rows of static tables: name, arity, marks, what they do. Registered once a
// connection.
#pragma once

#include <span>

#include "ext/session/session.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

enum class Marks : int {
  Innocuous = SQLITE_INNOCUOUS,  // reads nothing but its arguments
  Plain = 0,                     // reads Arbors
  Direct = SQLITE_DIRECTONLY,    // writes, or touches files: not from views, triggers or the schema
};

// What a call does to the databases. Whatever it reads is one committed state.
enum class Access {
  None,           // nothing, or nothing that must fit together
  Reads,          // holds what it reads
  Writes,         // locks the database of the Arbor that its first argument names, waiting as the
                  // busy handler says, before it reads; changes all or nothing
  WritesSeveral,  // the same, but locks by itself (lock_for_writing), for it has many names
  Drops,          // as Writes, and drops tables
};

struct CallArguments {
  Session& session;
  sqlite3_context* context;
  std::span<sqlite3_value*> values;
};

struct ScalarFunction {
  const char* name;
  int least_arguments;
  int most_arguments;
  Marks marks;
  Access access;
  void (*call)(const CallArguments& arguments);  // sets the result, or throws
  bool moves_files = false;                      // imports or exports them: see file_access.h
};

// `functions` must outlive the connection (static rows).
int register_functions(const SessionPtr& session, std::span<const ScalarFunction> functions);

std::span<const ScalarFunction> storage_functions();   // storage_functions.cpp
std::span<const ScalarFunction> option_functions();    // option_functions.cpp
std::span<const ScalarFunction> history_functions();   // history_functions.cpp
std::span<const ScalarFunction> settings_functions();  // settings_functions.cpp
std::span<const ScalarFunction> plan_functions();      // plan_functions.cpp
std::span<const ScalarFunction> save_functions();      // save_functions.cpp

}  // namespace arbors::ext
