// The clock as SQLite reads it for datetime('now'), and times as texts: UTC, in milliseconds since
// 1970. The clock is that of the connection's file system (VFS), which an application may replace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/value.h"
#include "sql/access/sqlite.h"

namespace arbors::store {

std::int64_t now(sqlite3* db);

std::string time_text(std::int64_t time);  // 2026-11-28T22:00:00.000Z

// A time value of SQLite's datetime(); nullopt for what is none.
std::optional<std::int64_t> read_time(sqlite3* db, const Value& value);

// What a modifier (`-1 day`, `start of month`) makes of now; nullopt for what is none.
std::optional<std::int64_t> modified_now(sqlite3* db, const std::string& modifier);

}  // namespace arbors::store
