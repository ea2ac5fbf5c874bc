// Arbors by name, as the functions take them: `name` or `schema.name`, case ignored, looked for as
// SQLite looks for tables (temp, main, then the attached databases). A name is taken as it is, or,
// as in SQL and plans, in double quotes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ext/session/session.h"

namespace arbors::ext {

// While one lives, a name that was searched is not searched again: no table is made or dropped.
class HeldNames {
 public:
  explicit HeldNames(Session& session) : names_(session.names()) { ++names_.held; }
  HeldNames(const HeldNames&) = delete;
  HeldNames& operator=(const HeldNames&) = delete;
  ~HeldNames() {
    if (--names_.held == 0) names_.found.clear();
  }

 private:
  FoundNames& names_;
};

// All Arbors of the connection, by schema and name.
std::vector<ArborName> list_arbors(Session& session);

// The Arbor of that name, or nullopt. Throws Error{Invalid} where the name is that of an ordinary
// table or view.
std::optional<ArborName> find_arbor(Session& session, std::string_view name);

// The arbor_view of that name, connected; nullopt for any other table or view, and where there is
// none.
std::optional<ArborName> find_view(Session& session, std::string_view name);

// Any table or view of that name, as SQLite finds it; nullopt where there is none.
std::optional<ArborName> find_relation(Session& session, std::string_view name);

// Its store; connects the table where that has not happened yet. For a name that was just found.
StorePtr open_arbor(Session& session, const ArborName& name);

// The same by name. Throws Error{NotFound} that lists the names there are.
StorePtr open_arbor(Session& session, std::string_view name);
ArborName existing_arbor(Session& session, std::string_view name);

// Throws Error{Invalid} for what is no name for an Arbor: nothing, or no text.
void check_new_name(std::string_view table);

// Where a new Arbor of that name goes: the schema named, or main.
ArborName new_arbor_name(Session& session, std::string_view name);

// Takes the write lock of the database that an Arbor of that name is in, or that a new one would go
// to, and reads nothing before; see sql/access/write_lock.h. Only inside a savepoint.
void lock_for_writing(Session& session, std::string_view name);

// Creates an empty Arbor with found columns, for whoever calls to write to. Its table comes when
// declare_new_columns() is called, with all its columns at once: to declare more of them later
// makes SQLite read the whole schema again, which grows with the Arbors that there are.
StorePtr create_arbor(Session& session, const ArborName& name);

// Makes the Arbor's table part of the transaction under way, as a statement that writes to it does:
// SQLite then tells it of savepoints and of the end, and what is written until there is one
// generation. Only inside a savepoint: alone, the statement would be a transaction.
void join_transaction(Session& session, const ArborName& name);

// Declares columns that a write made, in this connection and, by the schema's version, in others.
void declare_new_columns(Session& session, const ArborName& name);

}  // namespace arbors::ext
