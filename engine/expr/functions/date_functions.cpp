// SQLite's date functions (https://sqlite.org/lang_datefunc.html), as the host's version has them.
#include <array>

#include "engine/expr/forms/function.h"
#include "engine/expr/functions/host_call.h"

namespace arbors::expr {
namespace {

constexpr std::array<Function, 7> kDateFunctions{{
    {"date", 0, 255, "date([time [, modifier, …]])", "as in SQLite: 2026-01-31", kScalar,
     host_rows<"date">},
    {"time", 0, 255, "time([time [, modifier, …]])", "as in SQLite: 12:00:00", kScalar,
     host_rows<"time">},
    {"datetime", 0, 255, "datetime([time [, modifier, …]])", "as in SQLite: 2026-01-31 12:00:00",
     kScalar, host_rows<"datetime">},
    {"julianday", 0, 255, "julianday([time [, modifier, …]])", "as in SQLite: days, as a real",
     kScalar, host_rows<"julianday">},
    {"unixepoch", 0, 255, "unixepoch([time [, modifier, …]])", "as in SQLite: seconds since 1970",
     kScalar, host_rows<"unixepoch">},
    {"strftime", 1, 255, "strftime(format [, time [, modifier, …]])",
     "as in SQLite: the time in a format such as '%Y-%m'", kScalar, host_rows<"strftime">},
    {"timediff", 2, 2, "timediff(time, time)",
     "as in SQLite (3.43 and newer): what brings the second to the first, +0001-02-03 04:05:06.789",
     kScalar, host_rows<"timediff">},
}};

}  // namespace

std::span<const Function> date_functions() { return kDateFunctions; }

}  // namespace arbors::expr
