// Parts of a point in time, in UTC, from an ISO 8601 text (`2026-01-31`, `2026-01-31T12:00:00.5Z`,
// `… +02:00`) or a number counted from 1970: seconds, or milli-, micro- or nanoseconds where the
// number is too big for a time before the year 5138 in the larger unit.
#include <array>
#include <cmath>
#include <optional>
#include <utility>

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

// Reads a date; its first moment.
std::optional<std::int64_t> date_seconds(Fields& fields) {
  unsigned year, month, day;
  const bool date = fields.digits(4, 9999, year) && fields.accept('-') &&
                    fields.digits(2, 12, month) && fields.accept('-') && fields.digits(2, 31, day);
  if (!date || month == 0 || day == 0) return std::nullopt;
  return days_of(year, month, day) * 86400;
}

// Reads hours and minutes, and seconds where they follow.
std::optional<std::int64_t> clock_seconds(Fields& fields) {
  unsigned hour, minute, second = 0;
  if (!fields.digits(2, 24, hour) || !fields.accept(':') || !fields.digits(2, 59, minute))
    return std::nullopt;
  if (fields.accept(':') && !fields.digits(2, 60, second)) return std::nullopt;
  if (fields.accept('.')) fields.skip_digits();
  return std::int64_t{hour} * 3600 + minute * 60 + second;
}

std::optional<std::int64_t> seconds_of_text(std::string_view text) {
  Fields fields(text);
  fields.skip_spaces();
  const auto midnight = date_seconds(fields);
  if (!midnight || fields.done()) return midnight;
  if (!fields.accept('T') && !fields.accept(' ')) return std::nullopt;
  fields.skip_spaces();
  const auto clock = clock_seconds(fields);
  if (!clock) return std::nullopt;
  const auto zone = zone_seconds(fields);
  fields.skip_spaces();
  if (!zone || !fields.done()) return std::nullopt;
  return *midnight + *clock + *zone;
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

bool two_digits(const char* text, unsigned& out) {
  const unsigned tens = static_cast<unsigned char>(text[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(text[1]) - unsigned{'0'};
  out = tens * 10 + ones;
  return tens <= 9 && ones <= 9;
}

// Reads a part of a plain date, `2026-01-31`, of a day that its month has every year; false for all
// else.
template <Part part>
bool date_part(std::string_view text, unsigned& out) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  static constexpr std::array<std::uint8_t, 13> kDays{0,  31, 28, 31, 30, 31, 30,
                                                      31, 31, 30, 31, 30, 31};
  unsigned century, year, month, day;
  if (!two_digits(text.data(), century) || !two_digits(text.data() + 2, year) ||
      !two_digits(text.data() + 5, month) || !two_digits(text.data() + 8, day))
    return false;
  out = part == Part::Year ? century * 100 + year : part == Part::Month ? month : day;
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[month];
}

// The part of each row's time: of a column of texts without a detour through scalars.
template <Part part>
void time_parts(CallFrame& frame) {
  constexpr bool of_date = part == Part::Year || part == Part::Month || part == Part::Day;
  const Operand& times = frame.args[0];
  const bool texts = of_date && !times.is_constant() &&
                     times.vector().only(batch::tag_bit(batch::Tag::String) | batch::kNullTags);
  if (!texts) return each_known_row<time_part<part>>(frame);
  const batch::Vector& column = times.vector();
  std::array<std::int64_t, 256> parts;  // of the rows since those that were appended
  std::size_t count = 0;
  const auto append = [&] { frame.out.append_integers({parts.data(), std::exchange(count, 0)}); };
  PolledSteps steps;
  for (std::uint32_t i = 0; i < frame.rows; ++i, steps.step()) {
    const std::size_t row = times.row(i);
    const bool is_text = column.tag(row) == batch::Tag::String;
    const std::string_view text = is_text ? (*column.strings)[column.codes[row]] : "";
    unsigned found = 0;
    if (date_part<part>(text, found)) {
      parts[count++] = found;
      if (count == parts.size()) append();
      continue;
    }
    append();
    if (is_text) {
      const Scalar time(text);
      time_part<part>({&time, 1}, frame.out);
    } else {
      frame.out.append_null();
    }
  }
  append();
}

constexpr std::array<Function, 6> kTimeFunctions{{
    {"year", 1, 1, "year(time)", "the year, in UTC, of a timestamp text or a number since 1970",
     kScalar, time_parts<Part::Year>},
    {"month", 1, 1, "month(time)", "its month, 1 to 12", kScalar, time_parts<Part::Month>},
    {"day", 1, 1, "day(time)", "its day of the month, 1 to 31", kScalar, time_parts<Part::Day>},
    {"hour", 1, 1, "hour(time)", "its hour, 0 to 23", kScalar, time_parts<Part::Hour>},
    {"minute", 1, 1, "minute(time)", "its minute, 0 to 59", kScalar, time_parts<Part::Minute>},
    {"second", 1, 1, "second(time)", "its second, 0 to 59", kScalar, time_parts<Part::Second>},
}};

}  // namespace

std::span<const Function> time_functions() { return kTimeFunctions; }

}  // namespace arbors::expr
