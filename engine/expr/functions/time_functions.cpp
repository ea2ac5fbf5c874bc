// Parts of a point in time, in UTC, from an ISO 8601 text (`2026-01-31`, `2026-01-31T12:00:00.5Z`,
// `… +02:00`) or a number counted from 1970: seconds, or milli-, micro- or nanoseconds where the
// number is too big for a time before the year 5138 in the larger unit.
#include <array>
#include <cmath>
#include <optional>

#include "engine/base/number_text.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/functions/calendar.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

// Reads fixed-width fields of a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}
  bool digits(std::size_t count, unsigned most, unsigned& out) {
    out = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (at_ == text_.size() || text_[at_] < '0' || text_[at_] > '9') return false;
      out = out * 10 + static_cast<unsigned>(text_[at_++] - '0');
    }
    return out <= most;
  }
  bool accept(char c) {
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found;
    return found;
  }
  void skip_digits() {
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  }
  void skip_spaces() {
    while (accept(' ')) {
    }
  }
  bool done() const { return at_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> zone_seconds(Fields& fields) {
  fields.skip_spaces();
  if (fields.accept('Z') || fields.accept('z') || fields.done()) return 0;
  const bool east = fields.accept('+');
  if (!east && !fields.accept('-')) return std::nullopt;
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!fields.digits(2, 14, hours)) return std::nullopt;
  fields.accept(':');
  if (!fields.done() && !fields.digits(2, 59, minutes)) return std::nullopt;
  const std::int64_t seconds = std::int64_t{hours} * 3600 + minutes * 60;
  return east ? -seconds : seconds;
}

std::optional<std::int64_t> seconds_of_text(std::string_view text) {
  Fields fields(text);
  fields.skip_spaces();
  unsigned year, month, day;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  const bool date = fields.digits(4, 9999, year) && fields.accept('-') &&
                    fields.digits(2, 12, month) && fields.accept('-') && fields.digits(2, 31, day);
  if (!date || month == 0 || day == 0) return std::nullopt;
  const std::int64_t midnight = days_of(year, month, day) * 86400;
  if (fields.done()) return midnight;
  if (!fields.accept('T') && !fields.accept(' ')) return std::nullopt;
  fields.skip_spaces();
  if (!fields.digits(2, 24, hour) || !fields.accept(':') || !fields.digits(2, 59, minute)) {
    return std::nullopt;
  }
  if (fields.accept(':') && !fields.digits(2, 60, second)) return std::nullopt;
  if (fields.accept('.')) fields.skip_digits();
  const auto zone = zone_seconds(fields);
  fields.skip_spaces();
  if (!zone || !fields.done()) return std::nullopt;
  return midnight + std::int64_t{hour} * 3600 + minute * 60 + second + *zone;
}

std::int64_t seconds_of_number(std::int64_t value) {
  const double magnitude = std::fabs(static_cast<double>(value));
  const std::int64_t unit = magnitude < 1e11   ? 1
                            : magnitude < 1e14 ? 1'000
                            : magnitude < 1e17 ? 1'000'000
                                               : 1'000'000'000;
  return floor_divide(value, unit);
}

std::optional<std::int64_t> seconds_of(const Scalar& value) {
  if (value.kind == ValueKind::Integer) return seconds_of_number(value.integer);
  if (value.kind == ValueKind::Real) {
    return seconds_of_number(truncate_to_integer(std::floor(value.real)));
  }
  return seconds_of_text(value.text);
}

enum class Part { Year, Month, Day, Hour, Minute, Second };

template <Part part>
void time_part(Arguments args, VectorBuilder& out) {
  const auto seconds = seconds_of(args[0]);
  if (!seconds) return out.append_null();
  const std::int64_t days = floor_divide(*seconds, 86400);
  const std::int64_t in_day = *seconds - days * 86400;
  switch (part) {
    case Part::Year:
      return out.append_integer(date_of(days).year);
    case Part::Month:
      return out.append_integer(date_of(days).month);
    case Part::Day:
      return out.append_integer(date_of(days).day);
    case Part::Hour:
      return out.append_integer(in_day / 3600);
    case Part::Minute:
      return out.append_integer(in_day / 60 % 60);
    default:
      return out.append_integer(in_day % 60);
  }
}

constexpr std::array<Function, 6> kTimeFunctions{{
    {"year", 1, 1, "year(time)", "the year, in UTC, of a timestamp text or a number since 1970",
     kScalar, each_known_row<time_part<Part::Year>>},
    {"month", 1, 1, "month(time)", "its month, 1 to 12", kScalar,
     each_known_row<time_part<Part::Month>>},
    {"day", 1, 1, "day(time)", "its day of the month, 1 to 31", kScalar,
     each_known_row<time_part<Part::Day>>},
    {"hour", 1, 1, "hour(time)", "its hour, 0 to 23", kScalar,
     each_known_row<time_part<Part::Hour>>},
    {"minute", 1, 1, "minute(time)", "its minute, 0 to 59", kScalar,
     each_known_row<time_part<Part::Minute>>},
    {"second", 1, 1, "second(time)", "its second, 0 to 59", kScalar,
     each_known_row<time_part<Part::Second>>},
}};

}  // namespace

std::span<const Function> time_functions() { return kTimeFunctions; }

}  // namespace arbors::expr
