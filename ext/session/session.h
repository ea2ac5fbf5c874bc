// What the extension keeps for one SQLite connection: the store's connection, the configuration,
// and which Arbors are open, so that the virtual table and the functions share one Store each.
// Owned by the modules and functions that SQLite holds; ends with the connection.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/exec/source/execution_context.h"
#include "ext/host/host_limits.h"
#include "ext/session/table_lookups.h"
#include "sql/access/sqlite.h"
#include "sql/store/store.h"

namespace arbors::ext {

using StorePtr = std::shared_ptr<store::Store>;
class PlanSession;
class HostMeanings;

// A table or view by schema and name.
struct ArborName {
  std::string schema;
  std::string table;
};

// What a search by name found, while a call that changes no table is under way (HeldNames).
struct FoundNames {
  unsigned held = 0;
  std::map<std::string, std::optional<ArborName>, std::less<>> found;
};

// Which of our tables has the name that is asked for, as SQLite knows it now: an Arbor, a view, or
// another's.
struct Serving {
  ArborName asked;
  StorePtr store = nullptr;
  bool is_view = false;
};

// Names of what was allowed, while SQLite prepares no statement anew.
class AllowedReads {
 public:
  bool holds(const std::string& name, const std::optional<std::uint64_t>& now);
  void add(const std::string& name);

 private:
  std::optional<std::uint64_t> since_;
  std::set<std::string> names_;
};

class Session {
 public:
  explicit Session(sqlite3* db);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // How many there are in the process, those that are about to end included.
  static int alive() noexcept;
  // Tells whether a connection has one, all registered.
  static bool serves(sqlite3* db);
  void all_registered();

  sqlite3* db() const { return connection_->db; }
  const store::ConnectionPtr& connection() const { return connection_; }
  exec::ExecutionContext& execution() { return execution_; }
  const exec::ExecutionContext& execution() const { return execution_; }

  // What it keeps of plans, which stands above it; given to it once, before it registers anything.
  PlanSession& plans() { return *plans_; }
  void keep_plans(std::shared_ptr<PlanSession> plans) { plans_ = std::move(plans); }
  HostMeanings& meanings() { return *meanings_; }

  // What lets the application stop this connection's work.
  HostLimits& limits() { return limits_; }

  // Whether functions may touch files; once switched off, they stay off.
  bool files() const { return files_; }
  void switch_files_off() { files_ = false; }

  // The store of a connected table. Names ignore case. SQLite has been told of the columns that it
  // has now.
  void remember(const std::string& schema, const std::string& table, const StorePtr& store);
  void forget(const std::string& schema, const std::string& table);
  // The same, where a statement may hold a table that SQLite's schema has no more.
  StorePtr connected(const std::string& schema, const std::string& table) const;
  // The store of the table that has the name, or a table that had it, where that is known for the
  // schema that lookups() last saw; open_arbor() finds it out.
  StorePtr find(const std::string& schema, const std::string& table) const;
  void confirm(const ArborName& name, const StorePtr& store);

  // Asks, while it lives, whose table the name is: that which SQLite plans a scan of.
  class Asking {
   public:
    Asking(Session& session, Serving& serving)
        : session_(session), before_(std::exchange(session.asked_, &serving)) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() { session_.asked_ = before_; }

   private:
    Session& session_;
    Serving* before_;
  };
  void tell_planned(const std::string& schema, const std::string& table, const StorePtr& store,
                    bool is_view = false) {
    if (asked_ != nullptr) answer(schema, table, store, is_view);
  }

  // An Arbor that was made and has no table yet, as long as its maker holds it; the table that is
  // created under its name is its own.
  void set_undeclared(const StorePtr& store) { undeclared_ = store; }
  StorePtr undeclared(const std::string& schema, const std::string& table) const;
  bool has_new_columns(const std::string& schema, const std::string& table) const;

  // What the application's authorizer has allowed since it was last set.
  AllowedReads& allowed() { return allowed_; }
  FoundNames& names() { return names_; }
  TableLookups& lookups() { return lookups_; }

 private:
  // Its place among all sessions of the process.
  class Counted {
   public:
    explicit Counted(sqlite3* db);
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted();

   private:
    sqlite3* db_;
  };
  using Key = std::pair<std::string, std::string>;
  struct Connected {
    std::weak_ptr<store::Store> store;
    std::size_t columns = 0, objects = 0;  // that SQLite has been told of
    std::uint64_t version = 0;             // of the schema that it is known to be in
  };
  static Key key(const std::string& schema, const std::string& table);
  void answer(const std::string& schema, const std::string& table, const StorePtr& store,
              bool is_view);

  Counted counted_;  // first, since the others call SQLite as they go
  store::ConnectionPtr connection_;
  HostLimits limits_;
  exec::ExecutionContext execution_;
  std::shared_ptr<PlanSession> plans_;
  std::unique_ptr<HostMeanings> meanings_;
  bool files_;
  std::map<Key, Connected> connected_;
  AllowedReads allowed_;
  FoundNames names_;
  TableLookups lookups_;
  std::weak_ptr<store::Store> undeclared_;
  Serving* asked_ = nullptr;
};

using SessionPtr = std::shared_ptr<Session>;

// Lowers ASCII letters, as SQLite compares names.
std::string lower_ascii(std::string_view text);

}  // namespace arbors::ext
