#include "engine/expr/date_modifier.h"

#include <array>
#include <cmath>
#include <ctime>

#include "engine/base/number_text.h"
#include "engine/base/value.h"
#include "engine/expr/calendar.h"
#include "engine/expr/keywords.h"
#include "engine/expr/time_reader.h"

namespace arbors::expr {
namespace {

constexpr std::int64_t kEnd = 464'269'060'800'000;  // the year 10000

// Sets another date, at the same time of day. Days beyond a month's end count on into the next.
void set_date(TimeInProgress& time, std::int64_t year, std::int64_t month, unsigned day) {
  const std::int64_t months = year * 12 + month - 1;
  const std::int64_t whole_year = floor_divide(months, 12);
  const auto month_of_year = static_cast<unsigned>(months - whole_year * 12 + 1);
  time.set_milliseconds((days_of(whole_year, month_of_year, 1) + day - 1) * kDayMilliseconds +
                        time.point.within_day() + kUnixEpoch);
}

void start_of_day(TimeInProgress& time) {
  time.set_milliseconds(time.point.milliseconds - time.point.within_day());
}

bool start_of(TimeInProgress& time, std::string_view unit) {
  const Date date = date_of(time.point.day());
  start_of_day(time);
  if (same_word(unit, "month")) set_date(time, date.year, date.month, 1);
  if (same_word(unit, "year")) set_date(time, date.year, 1, 1);
  return same_word(unit, "day") || same_word(unit, "month") || same_word(unit, "year");
}

// Moves on to the next such day, 0 being Sunday, or stays.
bool next_weekday(TimeInProgress& time, std::string_view text) {
  const Value number = numeric_value(text);
  if (number.kind != ValueKind::Integer || number.integer < 0 || number.integer > 6) return false;
  const std::int64_t today = time.point.day() + 4;  // 1970-01-01 was a Thursday
  const std::int64_t days = number.integer - (today - floor_divide(today, 7) * 7);
  time.set_milliseconds(time.point.milliseconds + (days < 0 ? days + 7 : days) * kDayMilliseconds);
  return true;
}

bool set_unix_time(TimeInProgress& time, double seconds) {
  const double milliseconds = seconds * 1000.0 + static_cast<double>(kUnixEpoch);
  time.set = milliseconds >= 0 && milliseconds < static_cast<double>(kEnd);
  if (time.set) time.set_milliseconds(static_cast<std::int64_t>(milliseconds + 0.5));
  return true;
}

// What a number counts: Julian days as it stands, or seconds from 1970.
bool take_number(TimeInProgress& time, std::string_view word) {
  if (!time.number) return same_word(word, "auto");
  const double number = *time.number;
  if (same_word(word, "unixepoch")) return set_unix_time(time, number);
  const bool julian = number >= 0 && number < kDays;
  if (same_word(word, "auto") && !julian && number >= -210866760000.0 && number <= 253402300799.0)
    return set_unix_time(time, number);
  return julian;
}

struct Unit {
  std::string_view name;
  double most;  // of this unit
  double seconds;
};
constexpr std::array<Unit, 6> kUnits{{{"second", 4.6427e14, 1},
                                      {"minute", 7.7379e12, 60},
                                      {"hour", 1.2897e11, 3600},
                                      {"day", 5373485, 86400},
                                      {"month", 176546, 2592000},
                                      {"year", 14713, 31536000}}};

bool add_units(TimeInProgress& time, double count, std::string_view name) {
  if (name.size() > 3 && (name.back() == 's' || name.back() == 'S')) name.remove_suffix(1);
  for (const Unit& unit : kUnits) {
    if (!same_word(name, unit.name)) continue;
    if (!(count > -unit.most && count < unit.most)) return false;
    if (unit.name == "month" || unit.name == "year") {
      const auto whole = static_cast<std::int64_t>(count);
      const Date date = date_of(time.point.day());
      const bool months = unit.name == "month";
      set_date(time, date.year + (months ? 0 : whole), date.month + (months ? whole : 0), date.day);
      count -= static_cast<double>(whole);
    }
    const double milliseconds = count * 1000.0 * unit.seconds + (count < 0 ? -0.5 : 0.5);
    time.set_milliseconds(time.point.milliseconds + static_cast<std::int64_t>(milliseconds));
    return true;
  }
  return false;
}

// `±HH:MM[:SS[.SSS]]` or `NNN units`.
bool add(TimeInProgress& time, std::string_view text) {
  TimeReader reader(text);
  const bool less = reader.accept('-');
  if (!less) reader.accept('+');
  std::int64_t milliseconds = 0;
  if (reader.time(milliseconds)) {
    if (!reader.done()) return false;
    milliseconds %= kDayMilliseconds;
    time.set_milliseconds(time.point.milliseconds + (less ? -milliseconds : milliseconds));
    return true;
  }
  const std::size_t end = std::min(text.find_first_of(" \t\n\r"), text.size());
  const Value count = numeric_value(text.substr(0, end));
  const std::size_t unit = text.find_first_not_of(" \t\n\r", end);
  if (!count.is_number() || unit == std::string_view::npos) return false;
  return add_units(
      time, count.kind == ValueKind::Integer ? static_cast<double>(count.integer) : count.real,
      text.substr(unit));
}

// Turns UTC into the machine's time, or back.
bool change_zone(TimeInProgress& time, bool to_local) {
  const auto seconds = static_cast<std::time_t>(time.point.unix_seconds());
  std::tm parts{};
  if ((to_local ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts)) == nullptr)
    return false;
  parts.tm_isdst = -1;
  const std::time_t changed = to_local ? timegm(&parts) : std::mktime(&parts);
  time.set_milliseconds(time.point.milliseconds +
                        (static_cast<std::int64_t>(changed) - seconds) * 1000);
  return true;
}

}  // namespace

bool TimeInProgress::known() const {
  return set && point.milliseconds >= 0 && point.milliseconds < kEnd;
}

bool modify(TimeInProgress& time, std::string_view modifier, bool first) {
  for (const std::string_view word : {"unixepoch", "julianday", "auto"})
    if (same_word(modifier, word)) return first && take_number(time, word);
  if (same_word(modifier, "subsec") || same_word(modifier, "subsecond"))
    return time.point.subseconds = true;
  if (!time.known()) return false;
  constexpr std::string_view kStart = "start of ";
  if (same_word(modifier.substr(0, kStart.size()), kStart))
    return start_of(time, modifier.substr(kStart.size()));
  constexpr std::string_view kWeekday = "weekday ";
  if (same_word(modifier.substr(0, kWeekday.size()), kWeekday))
    return next_weekday(time, modifier.substr(kWeekday.size()));
  if (same_word(modifier, "localtime")) return change_zone(time, true);
  if (same_word(modifier, "utc")) return change_zone(time, false);
  return add(time, modifier);
}

}  // namespace arbors::expr
