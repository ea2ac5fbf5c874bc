#include "tests/fault/trial.h"

#include <filesystem>
#include <limits>
#include <sstream>

#include "tests/fault/allocation.h"

namespace arbors::fault {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// The first line in which two states differ.
std::string difference(const std::string& got, const std::string& want) {
  std::istringstream got_lines(got), want_lines(want);
  std::string got_line, want_line;
  while (true) {
    const bool more_got = static_cast<bool>(std::getline(got_lines, got_line));
    const bool more_want = static_cast<bool>(std::getline(want_lines, want_line));
    if (more_got && more_want && got_line == want_line) continue;
    return "\n       got  " + (more_got ? got_line.substr(0, 400) : "(the end)") +
           "\n       want " + (more_want ? want_line.substr(0, 400) : "(the end)");
  }
}

bool is_clean(const std::string& message) {
  return !message.empty() && message != "not an error" && message != "unknown error" &&
         message.find("std::") == std::string::npos &&
         message.find("bad_alloc") == std::string::npos;
}

// SQLite turns what stops ALTER TABLE, or a module's planning, into an SQLITE_ERROR of the same
// words; what keeps it from loading a changed schema, into one that tells of the change.
bool is_reworded(const KindRow& kind, const Outcome& outcome) {
  if (outcome.code != SQLITE_ERROR) return false;
  for (const int* code = kind.codes; *code != 0; ++code)
    if (outcome.message.ends_with(sqlite3_errstr(*code))) return true;
  return outcome.message == sqlite3_errstr(SQLITE_SCHEMA);
}

bool allows(const KindRow& kind, int code) {
  for (const int* allowed = kind.codes; *allowed != 0; ++allowed)
    if ((code & 0xff) == *allowed) return true;
  return false;
}

std::string in_words(const std::string& sql) { return "'" + sql.substr(0, 70) + "'"; }

}  // namespace

Trial::Trial(const Scenario& scenario, std::string prepared, std::string work)
    : scenario_(scenario), prepared_(std::move(prepared)), work_(std::move(work)) {
  restore();
  Database database(work_);
  for (const std::string& sql : scenario.statements) {
    reference_.states.push_back(database.state());
    reference_.committed.push_back(!database.in_transaction());
    reference_.outcomes.push_back(database.run(sql.c_str()));
    if (reference_.outcomes.back().code != SQLITE_OK) {
      reference_.missing = in_words(sql) + ": " + reference_.outcomes.back().message;
      return;
    }
  }
  reference_.states.push_back(database.state());
  reference_.committed.push_back(!database.in_transaction());
}

void Trial::restore() const {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) std::filesystem::remove(work_ + suffix);
  std::filesystem::copy_file(prepared_, work_, std::filesystem::copy_options::overwrite_existing);
}

std::int64_t Trial::count(Kind kind) {
  restore();
  Database database(work_);
  arm(kind, kNever, Lasting::Once);
  for (const std::string& sql : scenario_.statements) database.run(sql.c_str());
  return disarm();
}

std::vector<std::string> Trial::run(const Fault& fault, const KindRow& kind) {
  wrong_.clear();
  restore();
  const sqlite3_int64 bytes = sqlite3_memory_used();
  const std::int64_t blocks = live_blocks();
  {
    std::vector<Outcome> outcomes;
    outcomes.reserve(scenario_.statements.size());
    Database database(work_);
    if (database.error() != SQLITE_OK) return {"the connection does not open"};
    arm(fault.kind, fault.at, fault.lasting);
    for (const std::string& sql : scenario_.statements) {
      outcomes.push_back(database.run(sql.c_str()));
      if (outcomes.back().code != SQLITE_OK) break;
    }
    disarm();
    if (outcomes.back().code == SQLITE_OK)
      judge_success(database, outcomes);
    else
      judge_failure(database, outcomes.size() - 1, outcomes.back(), kind);
    if (const int code = database.close(); code != SQLITE_OK)
      wrong("the connection does not close: " + std::to_string(code));
  }
  if (sqlite3_memory_used() != bytes)
    wrong("leaks " + std::to_string(sqlite3_memory_used() - bytes) + " bytes of SQLite's memory");
  if (wrong_.empty() && live_blocks() > blocks)
    wrong("leaks " + std::to_string(live_blocks() - blocks) + " blocks of operator new");
  if (wrong_.empty()) {
    Database again(work_);
    expect_state(again, reference_.states.back(), "after opening the file again");
  }
  return wrong_;
}

void Trial::judge_success(Database& database, const std::vector<Outcome>& outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (outcomes[i].rows != reference_.outcomes[i].rows)
      wrong(in_words(scenario_.statements[i]) + " gives a wrong answer and no error");
  expect_state(database, reference_.states.back(), "after no statement failed");
}

void Trial::judge_failure(Database& database, std::size_t failed, const Outcome& outcome,
                          const KindRow& kind) {
  const std::string statement = in_words(scenario_.statements[failed]);
  if (!allows(kind, outcome.code) && !is_reworded(kind, outcome))
    wrong(statement + " fails with code " + std::to_string(outcome.code) + ": " + outcome.message);
  else if (!is_clean(outcome.message))
    wrong(statement + " fails with the message '" + outcome.message + "'");
  if (database.in_transaction()) {
    // SQLite may interrupt a statement whose work is done, also where the module is its own.
    const bool done = database.state() == reference_.states[failed + 1];
    if (reference_.committed[failed]) wrong(statement + " leaves a transaction open");
    if (!done)
      expect_state(database, reference_.states[failed], "in the transaction, after " + statement);
    if (const Outcome rollback = database.run("ROLLBACK"); rollback.code != SQLITE_OK)
      wrong("ROLLBACK after " + statement + " fails: " + rollback.message);
  }
  const std::size_t before = last_committed(failed);
  // A failure past the decisive write, or in what uses the result, finds the statement done; whole.
  if (reference_.committed[failed + 1] && database.state() == reference_.states[failed + 1])
    return go_on(database, failed + 1);
  expect_state(database, reference_.states[before], "after " + statement + " failed");
  if (wrong_.empty()) go_on(database, before);
}

// Checks that the same connection can do what the fault kept it from.
void Trial::go_on(Database& database, std::size_t first) {
  for (std::size_t i = first; i < scenario_.statements.size(); ++i) {
    const std::string& sql = scenario_.statements[i];
    const Outcome outcome = database.run(sql.c_str());
    if (outcome.code != SQLITE_OK)
      return wrong("then " + in_words(sql) + " fails: " + outcome.message);
    if (outcome.rows != reference_.outcomes[i].rows)
      wrong("then " + in_words(sql) + " gives a wrong answer");
  }
  expect_state(database, reference_.states.back(), "after going on");
}

void Trial::expect_state(Database& database, const std::string& want, const std::string& when) {
  const std::string got = database.state();
  if (got != want) wrong("the database differs " + when + difference(got, want));
}

std::size_t Trial::last_committed(std::size_t statement) const {
  while (!reference_.committed[statement]) --statement;
  return statement;
}

}  // namespace arbors::fault
