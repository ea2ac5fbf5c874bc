#include "sql/access/clock.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "sql/access/statement.h"

namespace arbors::store {

namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kJulianEpoch = 210'866'760'000'000;  // 1970 by SQLite's count

// The day that a number of SQLite's julianday() makes has milliseconds, and a little noise.
constexpr const char* kTime = "CAST(round((julianday(?1) - 2440587.5) * 86400000.0) AS INTEGER)";
constexpr const char* kModified =
    "CAST(round((julianday('now', ?1) - 2440587.5) * 86400000.0) AS INTEGER)";

std::optional<std::int64_t> evaluate(sqlite3* db, const char* expression, const Value& value) {
  Statement statement(db, std::string("SELECT ") + expression);
  Statement::Use use(statement);
  if (!use.bind(1, value).step() || use.is_null(0)) return std::nullopt;
  return use.integer(0);
}

}  // namespace

std::int64_t now(sqlite3* db) {
  sqlite3_vfs* vfs = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs) != SQLITE_OK ||
      vfs == nullptr)
    vfs = sqlite3_vfs_find(nullptr);
  if (vfs->iVersion >= 2 && vfs->xCurrentTimeInt64 != nullptr) {
    sqlite3_int64 time = 0;
    vfs->xCurrentTimeInt64(vfs, &time);
    return time - kJulianEpoch;
  }
  double days = 0;
  vfs->xCurrentTime(vfs, &days);
  return static_cast<std::int64_t>(days * kDay) - kJulianEpoch;
}

std::string time_text(std::int64_t time) {
  const std::chrono::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds(time)};
  const auto midnight = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss clock{point - midnight};
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> read_time(sqlite3* db, const Value& value) {
  return evaluate(db, kTime, value);
}

std::optional<std::int64_t> modified_now(sqlite3* db, const std::string& modifier) {
  return evaluate(db, kModified, Value::of(modifier));
}

}  // namespace arbors::store
