#include "engine/expr/date_time.h"

#include <chrono>
#include <cmath>
#include <ctime>
#include <string>
#include <string_view>

#include "engine/expr/calendar.h"
#include "engine/expr/call_frame.h"
#include "engine/expr/date_modifier.h"
#include "engine/expr/keywords.h"
#include "engine/expr/time_reader.h"

namespace arbors::expr {
namespace {

// `[-]YYYY-MM-DD`, and a time after blanks or a T.
bool read_date(TimeReader reader, TimeInProgress& time) {
  const bool before_zero = reader.accept('-');
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!reader.digits(4, 0, 9999, year) || !reader.accept('-') || !reader.digits(2, 1, 12, month) ||
      !reader.accept('-') || !reader.digits(2, 1, 31, day)) {
    return false;
  }
  while (reader.accept('T') || reader.accept_space()) {
  }
  std::int64_t milliseconds = 0;
  if (!reader.done() && !(reader.time(milliseconds) && reader.zone(milliseconds))) return false;
  const std::int64_t signed_year = before_zero ? -static_cast<std::int64_t>(year) : year;
  time.set_milliseconds(days_of(signed_year, month, day) * kDayMilliseconds + kUnixEpoch +
                        milliseconds);
  return true;
}

// A time alone is one of 2000-01-01.
bool read_time(TimeReader reader, TimeInProgress& time) {
  std::int64_t milliseconds = 0;
  if (!reader.time(milliseconds) || !reader.zone(milliseconds)) return false;
  time.set_milliseconds(days_of(2000, 1, 1) * kDayMilliseconds + kUnixEpoch + milliseconds);
  return true;
}

bool read_number(const Value& number, TimeInProgress& time) {
  if (!number.is_number()) return false;
  time.number = to_real(Scalar(number));
  if (*time.number >= 0 && *time.number < kDays)
    time.set_milliseconds(static_cast<std::int64_t>(*time.number * kDayMilliseconds + 0.5));
  return true;
}

void set_now(TimeInProgress& time) {
  using std::chrono::milliseconds;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  time.set_milliseconds(std::chrono::duration_cast<milliseconds>(since_epoch).count() + kUnixEpoch);
}

bool read_value(const Scalar& value, TimeInProgress& time) {
  if (value.is_number()) return read_number(to_value(value), time);
  const std::string_view text = value.text;
  if (read_date(TimeReader(text), time) || read_time(TimeReader(text), time)) return true;
  if (same_word(text, "now")) {
    set_now(time);
    return true;
  }
  return read_number(numeric_value(text), time);
}

}  // namespace

std::int64_t DateTime::unix_seconds() const {
  return floor_divide(milliseconds - kUnixEpoch, 1000);
}
std::int64_t DateTime::day() const {
  return floor_divide(milliseconds - kUnixEpoch, kDayMilliseconds);
}
std::int64_t DateTime::within_day() const {
  return milliseconds - kUnixEpoch - day() * kDayMilliseconds;
}

std::optional<DateTime> date_time(std::span<const Scalar> arguments) {
  TimeInProgress time;
  if (arguments.empty()) {
    set_now(time);
  } else if (arguments[0].is_null() || !read_value(arguments[0], time)) {
    return std::nullopt;
  }
  std::string buffer;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].is_null()) return std::nullopt;
    if (!modify(time, text_of(arguments[i], buffer), i == 1)) return std::nullopt;
  }
  if (!time.known()) return std::nullopt;
  return time.point;
}

}  // namespace arbors::expr
