#include "engine/base/number_text.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace arbors {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool stands(std::string_view text, std::size_t at, std::string_view one_of) {
  return at < text.size() && one_of.find(text[at]) != std::string_view::npos;
}

// Where the parts of the longest number at a text's begin stand.
struct NumberParts {
  bool negative = false;
  bool digits = false;          // there are some; else there is no number
  bool real = false;            // it has a point or an exponent
  bool broken = false;          // an `e` without digits follows it
  std::size_t begin = 0;        // after the sign
  std::size_t integer_end = 0;  // of the digits before a point
  std::size_t end = 0;
};

NumberParts parts_of(std::string_view text) {
  NumberParts parts;
  const std::size_t sign = skip_spaces(text, 0);
  parts.negative = stands(text, sign, "-");
  parts.begin = sign + (stands(text, sign, "+-") ? 1 : 0);
  parts.end = parts.integer_end = skip_digits(text, parts.begin);
  parts.digits = parts.end > parts.begin;
  if (stands(text, parts.end, ".")) {
    const std::size_t fraction = parts.end + 1;
    parts.end = skip_digits(text, fraction);
    parts.digits = parts.digits || parts.end > fraction;
    parts.real = true;
  }
  if (parts.digits && stands(text, parts.end, "eE")) {
    const std::size_t exponent = parts.end + (stands(text, parts.end + 1, "+-") ? 2 : 1);
    const std::size_t end = skip_digits(text, exponent);
    parts.broken = end == exponent;
    parts.real = parts.real || !parts.broken;
    if (!parts.broken) parts.end = end;
  }
  return parts;
}

// Reads well-formed real text; from_chars refuses what overflows, where SQLite gives infinity or 0.
double read_real(std::string_view digits, bool negative) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(std::string(digits).c_str(), nullptr);
  }
  return negative ? -value : value;
}

std::atomic<RealReader> real_reader = nullptr;

// Tells whether every version of SQLite makes the same double of a number without its sign. Those
// that divide in extended precision round twice: that shows where the quotient lies in the middle.
bool reads_alike(std::string_view number) {
  constexpr std::size_t kExactDigits = 15;
  const std::size_t point = number.find('.');
  if (number.find_first_of("eE") != std::string_view::npos) return false;
  if (point == std::string_view::npos) return number.size() <= kExactDigits + 3;
  if (number.size() > kExactDigits + 1) return false;
  if (std::numeric_limits<long double>::digits != 64) return true;
  long double quotient = 0, scale = 1;
  for (const char digit : number)
    if (digit != '.') quotient = quotient * 10 + (digit - '0');
  for (std::size_t i = point + 1; i < number.size(); ++i) scale *= 10;
  quotient /= scale;
  std::uint64_t significand = 0;
  std::memcpy(&significand, &quotient, sizeof significand);
  return (significand & 0x7FF) != 0x400;
}

// Reads a number that follows its sign in `text`, which ends with it.
double read_any_real(std::string_view text, std::string_view digits, bool negative) {
  const RealReader reader = real_reader.load(std::memory_order_relaxed);
  if (reader == nullptr || reads_alike(digits)) return read_real(digits, negative);
  return reader(text);
}

// Reads plain digits; false, and the nearest bound, where they do not fit.
bool read_integer(std::string_view digits, bool negative, std::int64_t& out) {
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  const std::uint64_t most = static_cast<std::uint64_t>(kMost) + (negative ? 1 : 0);
  if (error == std::errc::result_out_of_range || magnitude > most) {
    out = negative ? kLeast : kMost;
    return false;
  }
  out = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  return true;
}

// Adds the point that `!` asks for to what the C library writes.
void write_real(char* out, int size, int digits, double value) {
  if (std::isinf(value)) {
    std::snprintf(out, static_cast<std::size_t>(size), value < 0 ? "-9.0e+999" : "9.0e+999");
    return;
  }
  const int length = std::snprintf(out, static_cast<std::size_t>(size), "%.*g", digits, value);
  if (std::strchr(out, '.') != nullptr) return;
  char* const end = out + length;
  char* const exponent = std::find(out, end, 'e');
  std::memmove(exponent + 2, exponent, static_cast<std::size_t>(end - exponent) + 1);
  exponent[0] = '.';
  exponent[1] = '0';
}

std::atomic<RealFormatter> real_formatter = write_real;
std::atomic<int> real_digits = 15;
std::atomic<int> json_real_digits = 15;

std::string written(double value, int digits) {
  if (value == 0) return "0.0";  // also of -0.0
  char text[40];
  real_formatter.load(std::memory_order_relaxed)(text, sizeof text, digits, value);
  return text;
}

}  // namespace

NumberPrefix number_prefix(std::string_view text) {
  const NumberParts parts = parts_of(text);
  NumberPrefix number;
  if (!parts.digits) {
    const RealReader reader = real_reader.load(std::memory_order_relaxed);
    number.real = !parts.negative ? 0.0 : reader == nullptr ? -0.0 : reader("-");
    return number;
  }
  number.form = parts.real ? NumberPrefix::Form::Real : NumberPrefix::Form::Integer;
  if (parts.integer_end > parts.begin) {
    const std::string_view digits = text.substr(parts.begin, parts.integer_end - parts.begin);
    number.fits_integer = read_integer(digits, parts.negative, number.integer) && !parts.real;
  }
  number.real = read_any_real(text.substr(0, parts.end),
                              text.substr(parts.begin, parts.end - parts.begin), parts.negative);
  number.whole = !parts.broken && skip_spaces(text, parts.end) == text.size();
  return number;
}

Value arithmetic_value(std::string_view text) {
  const NumberPrefix number = number_prefix(text);
  if (number.form == NumberPrefix::Form::None) return Value::of(std::int64_t{0});
  return number.fits_integer ? Value::of(number.integer) : Value::of(number.real);
}

Value numeric_value(std::string_view text, bool prefer_integer) {
  const NumberPrefix number = number_prefix(text);
  if (number.form == NumberPrefix::Form::None || !number.whole) return Value::null();
  if (number.fits_integer) return Value::of(number.integer);
  if (prefer_integer) {
    const std::int64_t integer = truncate_to_integer(number.real);
    const bool exact = static_cast<double>(integer) == number.real;
    if (exact && integer > kLeast && integer < kMost) return Value::of(integer);
  }
  return Value::of(number.real);
}

std::int64_t truncate_to_integer(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775808.0) return kMost;
  if (value <= -9223372036854775808.0) return kLeast;
  return static_cast<std::int64_t>(value);
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void set_real_formatter(RealFormatter formatter, int digits, int json_digits) {
  real_formatter = formatter;
  real_digits = digits;
  json_real_digits = json_digits;
}

void set_real_reader(RealReader reader) { real_reader = reader; }

int real_text_digits() { return real_digits.load(std::memory_order_relaxed); }

std::string real_as_sql_text(double value) {
  if (std::isinf(value)) return value < 0 ? "-Inf" : "Inf";
  return written(value, real_text_digits());
}

std::string real_as_sql_json(double value) {
  std::string text = written(value, json_real_digits.load(std::memory_order_relaxed));
  const bool json = text.find_first_not_of("+-.0123456789e") == std::string::npos;
  return json ? text : std::string();
}

}  // namespace arbors
