#include "engine/expr/functions/plain_times.h"

#include <array>
#include <cmath>

#include "engine/base/interrupt.h"
#include "engine/expr/functions/calendar.h"

namespace arbors::expr {
namespace {

using batch::Tag;

// Reads two digits; 100 or more where one is none.
unsigned two_digits(const char* text) {
  const unsigned tens = static_cast<unsigned char>(text[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(text[1]) - unsigned{'0'};
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100;
}

// Days that the month has every year: what further days mean, versions may see differently.
constexpr std::array<std::uint8_t, 13> kDays{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

// A fraction that no version rounds up to the next second.
bool stays_in_second(std::string_view digits) {
  constexpr std::size_t kMost = 9;
  if (digits.empty() || digits.size() > kMost) return false;
  for (const char digit : digits)
    if (digit < '0' || digit > '9') return false;
  return !digits.starts_with("999");
}

std::int64_t clock_seconds(std::string_view text) {
  constexpr std::size_t kMinutes = 5, kSeconds = 8;
  if (text.size() < kMinutes || text[2] != ':') return PlainTimes::kAsk;
  const unsigned hour = two_digits(text.data()), minute = two_digits(text.data() + 3);
  if (hour > 23 || minute > 59) return PlainTimes::kAsk;
  const std::int64_t seconds = hour * 3600 + minute * 60;
  if (text.size() == kMinutes) return seconds;
  if (text.size() < kSeconds || text[kMinutes] != ':') return PlainTimes::kAsk;
  const unsigned second = two_digits(text.data() + kMinutes + 1);
  if (second > 59) return PlainTimes::kAsk;
  const std::string_view rest = text.substr(kSeconds);
  if (!rest.empty() && (rest[0] != '.' || !stays_in_second(rest.substr(1))))
    return PlainTimes::kAsk;
  return seconds + second;
}

// A version may take a fraction next to a whole second for that one.
std::int64_t seconds_of_real(double value, std::int64_t first) {
  constexpr double kNear = 0.001;
  if (!(value >= 0 && value >= static_cast<double>(first) &&
        value < static_cast<double>(PlainTimes::kLast)))
    return PlainTimes::kAsk;
  const double whole = std::floor(value), fraction = value - whole;
  const bool plain = fraction == 0 || (fraction > kNear && fraction < 1 - 2 * kNear);
  return plain ? static_cast<std::int64_t>(whole) : PlainTimes::kAsk;
}

// Reads rows of a column by `of_row`, those aside that are NULL.
template <typename OfRow>
PlainTimes read_rows(const Operand& times, std::uint32_t rows, OfRow of_row) {
  PlainTimes found;
  found.seconds.resize(rows);
  const batch::Vector& column = times.vector();
  with_rows(times, [&](auto place) {
    in_polled_blocks(rows, [&](std::size_t i, std::size_t end) {
      for (; i < end; ++i) {
        const std::size_t row = place(i);
        const Tag tag = column.tag(row);
        const bool null = (batch::tag_bit(tag) & batch::kNullTags) != 0;
        const std::int64_t seconds = null ? PlainTimes::kNull : of_row(tag, row);
        found.nulls |= null;
        found.asks += seconds == PlainTimes::kAsk ? 1 : 0;
        found.seconds[i] = seconds;
      }
    });
  });
  return found;
}

}  // namespace

std::int64_t seconds_of_plain_text(std::string_view text) {
  constexpr std::size_t kDate = 10;
  if (text.size() < kDate || text[4] != '-' || text[7] != '-') return PlainTimes::kAsk;
  const unsigned century = two_digits(text.data()), year = two_digits(text.data() + 2);
  const unsigned month = two_digits(text.data() + 5), day = two_digits(text.data() + 8);
  if (century < 10 || century > 99 || year > 99 || month == 0 || month > 12 || day == 0 ||
      day > kDays[month])
    return PlainTimes::kAsk;
  std::int64_t seconds = 0;
  if (text.size() > kDate) {
    if (text[kDate] != 'T' && text[kDate] != ' ') return PlainTimes::kAsk;
    text.remove_prefix(kDate + 1);
    const bool utc = !text.empty() && text.back() == 'Z';
    if (utc) text.remove_suffix(1);
    const std::int64_t clock = clock_seconds(text);
    if (clock == PlainTimes::kAsk) return clock;
    seconds = clock;
  }
  return days_of(century * 100 + year, month, day) * 86400 + seconds;
}

PlainTimes times_of_texts(const Operand& times, std::uint32_t rows) {
  const batch::Vector& column = times.vector();
  return read_rows(times, rows, [&](Tag tag, std::size_t row) {
    return tag == Tag::String ? seconds_of_plain_text(column.text(row)) : PlainTimes::kAsk;
  });
}

PlainTimes times_of_numbers(const Operand& times, std::uint32_t rows, std::int64_t first) {
  const batch::Vector& column = times.vector();
  const std::int64_t* const integers = column.integers.data();
  return read_rows(times, rows, [&, integers](Tag tag, std::size_t row) {
    if (tag == Tag::Real) return seconds_of_real(column.reals[row], first);
    if (tag != Tag::Integer) return PlainTimes::kAsk;
    const std::int64_t value = integers[row];
    return value >= first && value <= PlainTimes::kLast ? value : PlainTimes::kAsk;
  });
}

}  // namespace arbors::expr
