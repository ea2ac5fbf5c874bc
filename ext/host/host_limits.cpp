#include "ext/host/host_limits.h"

#include <algorithm>
#include <string>

namespace arbors::ext {
namespace {

constexpr auto kAskEvery = std::chrono::milliseconds(5);
constexpr int kColumns = 64;  // an instruction each, some 3 ns
constexpr int kRuns = 100;    // in a row

// A statement that reads nothing: an instruction for each column.
std::string instructions(int columns) {
  std::string sql = "SELECT 1";
  for (int i = 2; i <= columns; ++i) sql += ',' + std::to_string(i);
  return sql;
}

}  // namespace

HostLimits::Watch::Watch(HostLimits& limits)
    : limits_(limits),
      outermost_(current_interrupt() != &limits.interrupt_),
      scope_(&limits.interrupt_, InterruptScope::Thread::Caller) {
  if (!outermost_) return;
  limits.interrupt_.reset();
  limits.new_watch_ = true;
}

HostLimits::Watch::~Watch() {
  if (outermost_ && limits_.holds_ == 0) limits_.forget();
}

void HostLimits::hold_for_statement(sqlite3_context* context) {
  constexpr int kOfStatement = -0x41726273;  // below zero: kept for the statement, not an argument
  if (statement_ == nullptr || sqlite3_get_auxdata(context, kOfStatement) != nullptr) return;
  sqlite3_set_auxdata(context, kOfStatement, new Hold(*this),
                      [](void* held) { delete static_cast<Hold*>(held); });
}

// Short calls are over before they ask: SQLite looks itself between them.
bool HostLimits::stops() {
  const auto now = std::chrono::steady_clock::now();
  if (std::exchange(new_watch_, false)) asked_ = now;
  if (now - asked_ < kAskEvery) return false;
  const bool stop = run_statement();
  asked_ = std::chrono::steady_clock::now();
  return stop;
}

bool HostLimits::run_statement() {
  if (statement_ == nullptr) {
    const int most = sqlite3_limit(db_, SQLITE_LIMIT_COLUMN, -1);
    const std::string sql = instructions(std::clamp(most, 1, kColumns));
    const int prepared = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement_, nullptr);
    if (prepared != SQLITE_OK) return prepared == SQLITE_INTERRUPT;
  }
  for (int run = 0; run < kRuns; ++run) {
    const int stepped = sqlite3_step(statement_);
    sqlite3_reset(statement_);
    if (stepped == SQLITE_INTERRUPT) return true;
    if (stepped != SQLITE_ROW) return false;
  }
  return false;
}

void HostLimits::forget() {
  sqlite3_finalize(statement_);
  statement_ = nullptr;
}

}  // namespace arbors::ext
