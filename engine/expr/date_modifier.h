// The modifiers of SQLite's date functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/expr/date_time.h"

namespace arbors::expr {

inline constexpr std::int64_t kDayMilliseconds = 86'400'000;
inline constexpr std::int64_t kUnixEpoch = 210'866'760'000'000;  // as a DateTime's milliseconds
inline constexpr double kDays = 5373484.5;                       // Julian days there are

// A time value that modifiers are still to change.
struct TimeInProgress {
  DateTime point;
  bool set = false;
  std::optional<double> number;  // the time value was this number

  void set_milliseconds(std::int64_t milliseconds) {
    point.milliseconds = milliseconds;
    set = true;
  }
  // Tells whether it is a time that the functions know.
  bool known() const;
};

// Applies a modifier; false where it is none, or cannot be applied. `first`: it follows the time
// value itself, as `unixepoch` and its like must.
bool modify(TimeInProgress& time, std::string_view modifier, bool first);

}  // namespace arbors::expr
