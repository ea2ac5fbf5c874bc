// Asks SQLite whether the application wants this connection to stop: by sqlite3_interrupt(), or by
// its progress handler, which SQLite calls each so many instructions of its machine. None run while
// the engine works, so a small statement of nothing but instructions runs now and then, about one
// part in a hundred of the time, always the same one: SQLite counts for each statement.
#pragma once

#include <chrono>
#include <cstddef>

#include "engine/base/interrupt.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

class HostLimits {
 public:
  explicit HostLimits(sqlite3* db) : db_(db) {}
  HostLimits(const HostLimits&) = delete;
  HostLimits& operator=(const HostLimits&) = delete;
  ~HostLimits() { forget(); }

  // Lets the engine work under the application's limits, from where it stands on.
  class Watch {
   public:
    explicit Watch(HostLimits& limits);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

   private:
    HostLimits& limits_;
    bool outermost_;
    InterruptScope scope_;
  };

  // Keeps the statement, and its count, for as long as somebody holds this: a cursor, or what is
  // bound to a running statement. It must end before the connection closes.
  class Hold {
   public:
    explicit Hold(HostLimits& limits) : limits_(limits) { ++limits.holds_; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      if (--limits_.holds_ == 0) limits_.forget();
    }

   private:
    HostLimits& limits_;
  };
  Hold hold() { return Hold(*this); }
  // Holds it for the statement that calls a function, where it was made.
  void hold_for_statement(sqlite3_context* context);

 private:
  bool stops();
  bool run_statement();
  void forget();

  sqlite3* db_;
  Interrupt interrupt_{[this] { return stops(); }};
  sqlite3_stmt* statement_ = nullptr;
  std::size_t holds_ = 0;
  bool new_watch_ = true;
  std::chrono::steady_clock::time_point asked_;  // when SQLite was last asked
};

}  // namespace arbors::ext
