#include "engine/expr/functions/time_format.h"

#include <algorithm>

#include "engine/expr/functions/calendar.h"

namespace arbors::expr {
namespace {

constexpr std::string_view kDateFields = "YmdjwW";

// The seconds that a field tells apart; 0 of one that is not known.
std::int64_t unit_of(char field) {
  switch (field) {
    case 'S':
    case 's':
      return 1;
    case 'M':
      return 60;
    case 'H':
      return 3600;
    default:
      return kDateFields.find(field) != std::string_view::npos ? 86400 : 0;
  }
}

template <unsigned digits>
void write_number(std::uint64_t value, std::string& out) {
  char text[digits];
  for (unsigned i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, digits);
}

struct Moment {
  std::int64_t seconds, days, in_day;
  Date date;

  // 0: January 1st.
  std::int64_t day_of_year() const { return days - days_of(date.year, 1, 1); }
  // 0: Sunday. 1970 began on a Thursday.
  std::int64_t day_of_week() const { return days + 4 - floor_divide(days + 4, 7) * 7; }
  // Weeks begin on Mondays; those days before the first one are week 0.
  std::int64_t week_of_year() const { return (day_of_year() + 7 - (day_of_week() + 6) % 7) / 7; }
};

void write_field(char field, const Moment& at, std::string& out) {
  const auto two = [&](auto value) { write_number<2>(static_cast<std::uint64_t>(value), out); };
  switch (field) {
    case 'Y':
      return write_number<4>(static_cast<std::uint64_t>(at.date.year), out);
    case 'm':
      return two(at.date.month);
    case 'd':
      return two(at.date.day);
    case 'H':
      return two(at.in_day / 3600);
    case 'M':
      return two(at.in_day / 60 % 60);
    case 'S':
      return two(at.in_day % 60);
    case 's':
      out += std::to_string(at.seconds);
      return;
    case 'j':
      return write_number<3>(static_cast<std::uint64_t>(at.day_of_year()) + 1, out);
    case 'w':
      return write_number<1>(static_cast<std::uint64_t>(at.day_of_week()), out);
    default:
      return two(at.week_of_year());
  }
}

}  // namespace

std::optional<TimeFormat> TimeFormat::of(std::string_view format) {
  constexpr std::size_t kLongest = 128;
  if (format.size() > kLongest || format.find('\0') != std::string_view::npos) return std::nullopt;
  TimeFormat made;
  bool shows = false;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (made.steps_.empty() || made.steps_.back().field != 0) made.steps_.push_back({0, {}});
    if (format[at] != '%') {
      made.steps_.back().text += format[at];
      continue;
    }
    if (++at == format.size()) return std::nullopt;
    if (format[at] == '%') {
      made.steps_.back().text += '%';
      continue;
    }
    const std::int64_t unit = unit_of(format[at]);
    if (unit == 0) return std::nullopt;
    shows = true;
    made.unit_ = std::min(made.unit_, unit);
    made.of_day_ = made.of_day_ && unit != kDay && format[at] != 's';
    made.steps_.push_back({format[at], {}});
  }
  return shows ? std::optional(std::move(made)) : std::nullopt;
}

std::int64_t TimeFormat::key(std::int64_t seconds) const {
  std::int64_t key = 0;
  with_key([&](auto to_key) { key = to_key(seconds); });
  return key;
}

void TimeFormat::write(std::int64_t key, std::string& out) const {
  Moment at{key * unit_, 0, 0, {}};
  at.days = floor_divide(at.seconds, kDay);
  at.in_day = at.seconds - at.days * kDay;
  if (!of_day_) at.date = date_of(at.days);
  for (const Step& step : steps_)
    step.field == 0 ? void(out += step.text) : write_field(step.field, at, out);
}

}  // namespace arbors::expr
