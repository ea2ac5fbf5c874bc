// A point in time as SQLite's date functions read it: a time value (`2026-01-31 12:00:00.5+02:00`,
// `12:00`, `now`, a Julian day number) moved by modifiers (`+1 month`, `start of day`, `unixepoch`)
// (https://sqlite.org/lang_datefunc.html).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/base/scalar.h"

namespace arbors::expr {

struct DateTime {
  std::int64_t milliseconds = 0;  // since noon of the day -4713-11-24, where Julian days begin
  bool subseconds = false;        // the modifier `subsec` asked for milliseconds

  std::int64_t unix_seconds() const;
  std::int64_t day() const;         // counted from 1970-01-01
  std::int64_t within_day() const;  // milliseconds since midnight
  double julian_day() const { return static_cast<double>(milliseconds) / 86400000.0; }
};

// Reads a time value and its modifiers, the present where there is none; nothing where they name no
// time between the years -4713 and 9999.
std::optional<DateTime> date_time(std::span<const Scalar> arguments);

}  // namespace arbors::expr
