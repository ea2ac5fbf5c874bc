// SQLite's date functions (https://sqlite.org/lang_datefunc.html), with the formats and modifiers
// of its later versions.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "engine/expr/calendar.h"
#include "engine/expr/call_frame.h"
#include "engine/expr/date_time.h"
#include "engine/expr/function.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

// A point in time by its parts.
struct Parts {
  explicit Parts(const DateTime& when)
      : point(when), date(date_of(when.day())), day(when.day()), in_day(when.within_day()) {}

  int hour() const { return static_cast<int>(in_day / 3'600'000); }
  int minute() const { return static_cast<int>(in_day / 60'000 % 60); }
  int second() const { return static_cast<int>(in_day / 1'000 % 60); }
  int millisecond() const { return static_cast<int>(in_day % 1'000); }
  int weekday() const { return static_cast<int>(day + 4 - floor_divide(day + 4, 7) * 7); }  // Sun 0
  int day_of_year() const { return static_cast<int>(day - days_of(date.year, 1, 1)); }  // from 0
  int weeks_from(int first_weekday) const {
    return (day_of_year() + 7 - (weekday() + 7 - first_weekday) % 7) / 7;
  }

  const DateTime& point;
  Date date;
  std::int64_t day;
  std::int64_t in_day;
};

template <typename... Numbers>
void print(std::string& out, const char* format, Numbers... numbers) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, format, numbers...);
  out.append(text, static_cast<std::size_t>(size));
}

void append_year(std::string& out, std::int64_t year) {
  print(out, year < 0 ? "-%04lld" : "%04lld", static_cast<long long>(year < 0 ? -year : year));
}
void append_date(std::string& out, const Parts& parts) {
  append_year(out, parts.date.year);
  print(out, "-%02u-%02u", parts.date.month, parts.date.day);
}
void append_time(std::string& out, const Parts& parts) {
  print(out, "%02d:%02d:%02d", parts.hour(), parts.minute(), parts.second());
  if (parts.point.subseconds) print(out, ".%03d", parts.millisecond());
}

// The year and week of ISO 8601: a week belongs to the year of its Thursday.
struct IsoWeek {
  explicit IsoWeek(const Parts& parts) {
    const std::int64_t thursday = parts.day + 3 - (parts.weekday() + 6) % 7;
    year = date_of(thursday).year;
    week = static_cast<int>((thursday - days_of(year, 1, 1)) / 7) + 1;
  }
  std::int64_t year;
  int week;
};

struct Format {
  char letter;
  void (*append)(std::string& out, const Parts& parts);
};
constexpr std::array<Format, 26> kFormats{{
    {'d', [](std::string& out, const Parts& p) { print(out, "%02u", p.date.day); }},
    {'e', [](std::string& out, const Parts& p) { print(out, "%2u", p.date.day); }},
    {'f', [](std::string& out,
             const Parts& p) { print(out, "%02d.%03d", p.second(), p.millisecond()); }},
    {'F', append_date},
    {'g', [](std::string& out,
             const Parts& p) { print(out, "%02d", static_cast<int>(IsoWeek(p).year % 100)); }},
    {'G', [](std::string& out, const Parts& p) { append_year(out, IsoWeek(p).year); }},
    {'H', [](std::string& out, const Parts& p) { print(out, "%02d", p.hour()); }},
    {'I', [](std::string& out, const Parts& p) { print(out, "%02d", (p.hour() + 11) % 12 + 1); }},
    {'j', [](std::string& out, const Parts& p) { print(out, "%03d", p.day_of_year() + 1); }},
    {'J', [](std::string& out, const Parts& p) { print(out, "%.16g", p.point.julian_day()); }},
    {'k', [](std::string& out, const Parts& p) { print(out, "%2d", p.hour()); }},
    {'l', [](std::string& out, const Parts& p) { print(out, "%2d", (p.hour() + 11) % 12 + 1); }},
    {'m', [](std::string& out, const Parts& p) { print(out, "%02u", p.date.month); }},
    {'M', [](std::string& out, const Parts& p) { print(out, "%02d", p.minute()); }},
    {'p', [](std::string& out, const Parts& p) { out += p.hour() < 12 ? "AM" : "PM"; }},
    {'P', [](std::string& out, const Parts& p) { out += p.hour() < 12 ? "am" : "pm"; }},
    {'R', [](std::string& out, const Parts& p) { print(out, "%02d:%02d", p.hour(), p.minute()); }},
    {'s',
     [](std::string& out, const Parts& p) {
       print(out, "%lld", static_cast<long long>(p.point.unix_seconds()));
     }},
    {'S', [](std::string& out, const Parts& p) { print(out, "%02d", p.second()); }},
    {'T', [](std::string& out,
             const Parts& p) { print(out, "%02d:%02d:%02d", p.hour(), p.minute(), p.second()); }},
    {'u', [](std::string& out, const Parts& p) { print(out, "%d", (p.weekday() + 6) % 7 + 1); }},
    {'U', [](std::string& out, const Parts& p) { print(out, "%02d", p.weeks_from(0)); }},
    {'V', [](std::string& out, const Parts& p) { print(out, "%02d", IsoWeek(p).week); }},
    {'w', [](std::string& out, const Parts& p) { print(out, "%d", p.weekday()); }},
    {'W', [](std::string& out, const Parts& p) { print(out, "%02d", p.weeks_from(1)); }},
    {'Y', [](std::string& out, const Parts& p) { append_year(out, p.date.year); }},
}};

// Writes a time in a format; false where the format has a letter that means nothing.
bool append_formatted(std::string& out, std::string_view format, const Parts& parts) {
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      out += format[at];
      continue;
    }
    if (++at == format.size()) return false;
    if (format[at] == '%') {
      out += '%';
      continue;
    }
    const auto* known = std::find_if(kFormats.begin(), kFormats.end(),
                                     [&](const Format& one) { return one.letter == format[at]; });
    if (known == kFormats.end()) return false;
    known->append(out, parts);
  }
  return true;
}

template <bool date, bool time>
void written(Arguments args, VectorBuilder& out) {
  const auto point = date_time(args);
  if (!point) return out.append_null();
  const Parts parts(*point);
  std::string text;
  if (date) append_date(text, parts);
  if (date && time) text += ' ';
  if (time) append_time(text, parts);
  out.append_text(text);
}

void julian_day(Arguments args, VectorBuilder& out) {
  const auto point = date_time(args);
  point ? out.append_real(point->julian_day()) : out.append_null();
}

void unix_epoch(Arguments args, VectorBuilder& out) {
  const auto point = date_time(args);
  if (!point) return out.append_null();
  if (!point->subseconds) return out.append_integer(point->unix_seconds());
  out.append_real(static_cast<double>(point->unix_seconds()) +
                  static_cast<double>(point->within_day() % 1000) / 1000.0);
}

void strftime(Arguments args, VectorBuilder& out) {
  const auto point = args[0].is_null() ? std::nullopt : date_time(args.subspan(1));
  if (!point) return out.append_null();
  std::string buffer;
  std::string text;
  const bool known = append_formatted(text, text_of(args[0], buffer), Parts(*point));
  known ? out.append_text(text) : out.append_null();
}

constexpr std::array<Function, 6> kDateFunctions{{
    {"date", 0, 255, "date([time [, modifier, …]])", "as in SQLite: 2026-01-31", kScalar,
     each_row<written<true, false>>},
    {"time", 0, 255, "time([time [, modifier, …]])", "as in SQLite: 12:00:00", kScalar,
     each_row<written<false, true>>},
    {"datetime", 0, 255, "datetime([time [, modifier, …]])", "as in SQLite: 2026-01-31 12:00:00",
     kScalar, each_row<written<true, true>>},
    {"julianday", 0, 255, "julianday([time [, modifier, …]])", "as in SQLite: days, as a real",
     kScalar, each_row<julian_day>},
    {"unixepoch", 0, 255, "unixepoch([time [, modifier, …]])", "as in SQLite: seconds since 1970",
     kScalar, each_row<unix_epoch>},
    {"strftime", 1, 255, "strftime(format [, time [, modifier, …]])",
     "as in SQLite: the time in a format such as '%Y-%m'", kScalar, each_row<strftime>},
}};

}  // namespace

std::span<const Function> date_functions() { return kDateFunctions; }

}  // namespace arbors::expr
