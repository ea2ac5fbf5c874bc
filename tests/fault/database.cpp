#include "tests/fault/database.h"

#include <sstream>
#include <vector>

#include "tests/fault/fault.h"
#include "tests/unit/host.h"

extern "C" int sqlite3_arbors_init(sqlite3* db, char** message, const sqlite3_api_routines* api);

namespace arbors::fault {
namespace {

constexpr int kInstructionsPerProgress = 1;

int progress(void* db) {
  if (due(Kind::Interrupt)) sqlite3_interrupt(static_cast<sqlite3*>(db));
  return due(Kind::Progress) ? 1 : 0;
}

std::uint64_t mix(std::uint64_t hash, const unsigned char* bytes, int count) {
  for (int i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 0x100000001B3U;
  return (hash ^ 0xFFU) * 0x100000001B3U;
}

// Hashes a row's texts. False where memory ran out on the way: the row is not to be believed.
bool mix_row(sqlite3_stmt* statement, std::uint64_t& hash) {
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    const int type = sqlite3_column_type(statement, column);
    const unsigned char* text = sqlite3_column_text(statement, column);
    if (text == nullptr && type != SQLITE_NULL) return false;
    hash = mix(hash, text, sqlite3_column_bytes(statement, column));
  }
  return true;
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

}  // namespace

Database::Database(const std::string& file) {
  error_ = sqlite3_open(file.c_str(), &db_);
  if (error_ == SQLITE_OK) {
    sqlite3_extended_result_codes(db_, 1);
    sqlite3_progress_handler(db_, kInstructionsPerProgress, progress, db_);
    error_ = sqlite3_arbors_init(db_, nullptr, sqlite3_api);
  }
}

Database::~Database() { sqlite3_close_v2(db_); }

int Database::close() {
  const int result = sqlite3_close(db_);
  if (result == SQLITE_OK) db_ = nullptr;
  return result;
}

Outcome Database::run(const char* sql) {
  Outcome outcome;
  sqlite3_stmt* statement = nullptr;
  outcome.code = sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr);
  if (outcome.code == SQLITE_OK) {
    do {
      outcome.code = sqlite3_step(statement);
    } while (outcome.code == SQLITE_ROW && mix_row(statement, outcome.rows));
    if (outcome.code == SQLITE_ROW) outcome.code = SQLITE_NOMEM;
    if (outcome.code == SQLITE_DONE) outcome.code = SQLITE_OK;
  }
  // SQLite's own message, copied before the next call; the copy's allocation is the test's.
  const char* message = outcome.code == SQLITE_OK ? "" : sqlite3_errmsg(db_);
  {
    const Pause pause;
    outcome.message = message;
  }
  sqlite3_finalize(statement);
  return outcome;
}

std::string Database::query(const std::string& sql) {
  bool failed = false;
  return query(sql, failed);
}

std::string Database::query(const std::string& sql, bool& failed) {
  std::ostringstream text;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
  while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
      const auto* value = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      text << (column == 0 ? "" : " | ") << (value == nullptr ? "NULL" : value);
    }
    text << '\n';
    code = SQLITE_OK;
  }
  failed = code != SQLITE_DONE;
  if (failed) text << "code " << code << ", " << sqlite3_errmsg(db_) << ": " << sql << "\n";
  sqlite3_finalize(statement);
  return text.str();
}

std::string Database::state() {
  std::string text = query("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
  std::istringstream tables(
      query("SELECT name FROM sqlite_schema s WHERE type = 'table' AND sql NOT LIKE 'CREATE "
            "VIRTUAL%' AND NOT EXISTS (SELECT 1 FROM sqlite_schema v WHERE v.sql LIKE 'CREATE "
            "VIRTUAL%' AND s.name GLOB v.name || '_*') ORDER BY 1"));
  std::istringstream arbors(
      query("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%' ORDER BY 1"));
  for (std::string name; std::getline(tables, name);)
    text += name + ":\n" + query("SELECT rowid, * FROM " + quoted(name));
  for (std::string name; std::getline(arbors, name);) {
    text += name + ":\n" + query("SELECT rowid, _index, _tree FROM " + quoted(name));
    text += query("SELECT generation, trees, added, removed, tag, kept FROM arbor_history('" +
                  name + "')");
    text += query("SELECT arbor_check('" + name + "')");
  }
  return text + query("PRAGMA integrity_check");
}

}  // namespace arbors::fault
