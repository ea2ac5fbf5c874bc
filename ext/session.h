// What the extension keeps for one SQLite connection: the store's connection, the configuration,
// and which Arbors are open, so that the virtual table and the functions share one Store each.
// Owned by the modules and functions that SQLite holds; ends with the connection.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/exec/source/execution_context.h"
#include "ext/host_limits.h"
#include "sql/access/sqlite.h"
#include "sql/store/store.h"

namespace arbors::ext {

using StorePtr = std::shared_ptr<store::Store>;
class PlanSession;

class Session {
 public:
  explicit Session(sqlite3* db);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // How many there are in the process, those that are about to end included.
  static int alive() noexcept { return alive_; }

  sqlite3* db() const { return connection_->db; }
  const store::ConnectionPtr& connection() const { return connection_; }
  exec::ExecutionContext& execution() { return execution_; }
  const exec::ExecutionContext& execution() const { return execution_; }

  PlanSession& plans() { return *plans_; }

  // What lets the application stop this connection's work.
  HostLimits& limits() { return limits_; }

  // The store of a connected table. Names ignore case. `columns` is how many columns of the store
  // SQLite has been told of.
  void remember(const std::string& schema, const std::string& table, const StorePtr& store,
                std::size_t columns);
  void forget(const std::string& schema, const std::string& table);
  StorePtr find(const std::string& schema, const std::string& table) const;
  bool has_new_columns(const std::string& schema, const std::string& table) const;

 private:
  struct Counted {
    Counted() noexcept { ++alive_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive_; }
  };
  using Key = std::pair<std::string, std::string>;
  struct Connected {
    std::weak_ptr<store::Store> store;
    std::size_t columns = 0;
  };
  static Key key(const std::string& schema, const std::string& table);

  static std::atomic<int> alive_;

  Counted counted_;  // first, since the others call SQLite as they go
  store::ConnectionPtr connection_;
  HostLimits limits_;
  exec::ExecutionContext execution_;
  std::unique_ptr<PlanSession> plans_;
  std::map<Key, Connected> connected_;
};

using SessionPtr = std::shared_ptr<Session>;

// Lowers ASCII letters, as SQLite compares names.
std::string lower_ascii(std::string_view text);

}  // namespace arbors::ext
