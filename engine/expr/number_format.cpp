#include "engine/expr/number_format.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace arbors::expr {
namespace {

// A number as digits d.ddd × 10^exponent.
struct Decimal {
  std::string digits;
  int exponent = 0;

  char digit(int place) const {  // place 0 is the first digit
    return place >= 0 && place < static_cast<int>(digits.size())
               ? digits[static_cast<std::size_t>(place)]
               : '0';
  }
};

Decimal decimal_of(double value, int significant) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, significant - 1)
          .ptr;
  const char* e = std::find(text, end, 'e');
  Decimal decimal;
  std::copy_if(static_cast<const char*>(text), e, std::back_inserter(decimal.digits),
               [](char c) { return c != '.'; });
  const char* exponent = e + 1 + (e[1] == '+' ? 1 : 0);
  std::from_chars(exponent, end, decimal.exponent);
  return decimal;
}

// Keeps `count` digits, rounded half up; none may be left.
void round_to(Decimal& decimal, int count) {
  if (count < 0) {
    decimal = {"0", 0};
    return;
  }
  if (count >= static_cast<int>(decimal.digits.size())) return;
  const bool up = decimal.digit(count) >= '5';
  decimal.digits.resize(static_cast<std::size_t>(count));
  for (std::size_t at = decimal.digits.size(); up; --at) {
    if (at == 0) {
      decimal.digits.insert(decimal.digits.begin(), '1');
      ++decimal.exponent;
      break;
    }
    if (decimal.digits[at - 1] != '9') {
      ++decimal.digits[at - 1];
      break;
    }
    decimal.digits[at - 1] = '0';
  }
  if (decimal.digits.empty()) decimal = {"0", 0};
}

// Takes the zeros at a fraction's end away, and the point, which `keep` leaves with one zero.
void strip_zeros(std::string& text, bool keep) {
  if (text.find('.') == std::string::npos) return;
  text.resize(text.find_last_not_of('0') + 1);
  if (text.back() != '.') return;
  keep ? text += '0' : (text.pop_back(), text);
}

}  // namespace

std::string formatted(double value, const RealFormat& format) {
  Decimal decimal = decimal_of(value, format.more_digits ? 26 : 16);
  int precision = std::max(format.precision, 0);
  const bool general = format.conversion == 'g';
  if (general) {
    precision = std::max(precision, 1) - 1;
    round_to(decimal, precision + 1);
  } else {
    const int before = format.conversion == 'f' ? decimal.exponent + 1 : 1;
    round_to(decimal, before + precision);
  }
  bool scientific = format.conversion == 'e';
  if (general) {
    scientific = decimal.exponent < -4 || decimal.exponent > precision;
    if (!scientific) precision -= decimal.exponent;
  }
  const int first = scientific ? 0 : decimal.exponent;  // the place of the digit before the point
  std::string text;
  for (int power = std::max(first, 0); power >= 0; --power) {
    text += decimal.digit(first - power);
    if (format.thousands && power % 3 == 0 && power > 1) text += ',';
  }
  if (precision > 0 || format.always_point || format.more_digits) text += '.';
  for (int place = 1; place <= precision; ++place) text += decimal.digit(first + place);
  if (general ? !format.always_point : format.more_digits) strip_zeros(text, format.more_digits);
  if (scientific) {
    char exponent[16];
    const int size = std::snprintf(exponent, sizeof exponent, "e%+03d", decimal.exponent);
    text.append(exponent, static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace arbors::expr
