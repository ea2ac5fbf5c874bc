#include "engine/json/values/scalar_reader.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

namespace arbors::json {
namespace {

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExactInDouble = std::uint64_t{1} << 53;
constexpr std::int64_t kHugeExponent = 1'000'000'000;

// A number taken apart: up to 19 significant digits and the power of ten that scales them.
struct Decimal {
  bool negative = false;
  bool real = false;  // it has a point or an exponent
  bool exact = true;  // no digit was dropped from `digits`
  std::uint64_t digits = 0;
  std::int64_t scale = 0;  // value = digits * 10^scale
  const char* stop = nullptr;
};

class DecimalScanner {
 public:
  DecimalScanner(const char* begin, const char* end) : p_(begin), end_(end) {}

  // False where the text is no number by the grammar.
  bool scan(Decimal& number) {
    number.negative = take('-');
    if (!integer_part(number)) return false;
    if (take('.')) {
      number.real = true;
      const char* first = p_;
      for (; p_ != end_ && is_digit(*p_); ++p_) digit(number, true);
      if (p_ == first) return false;
    }
    if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
      ++p_;
      number.real = true;
      if (!exponent(number)) return false;
    }
    number.stop = p_;
    return p_ == end_ || ends_scalar(*p_);
  }

 private:
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }

  bool integer_part(Decimal& number) {
    if (p_ == end_ || !is_digit(*p_)) return false;
    if (take('0')) return p_ == end_ || !is_digit(*p_);
    for (; p_ != end_ && is_digit(*p_); ++p_) digit(number, false);
    return true;
  }

  void digit(Decimal& number, bool after_point) {
    constexpr std::uint64_t kRoom = (std::numeric_limits<std::uint64_t>::max() - 9) / 10;
    if (number.digits <= kRoom) {
      number.digits = number.digits * 10 + static_cast<std::uint64_t>(*p_ - '0');
      if (after_point) --number.scale;
    } else {
      number.exact = number.exact && *p_ == '0';
      if (!after_point) ++number.scale;
    }
  }

  bool exponent(Decimal& number) {
    const bool negative = take('-');
    if (!negative) take('+');
    if (p_ == end_ || !is_digit(*p_)) return false;
    std::int64_t value = 0;
    for (; p_ != end_ && is_digit(*p_); ++p_) {
      if (value < kHugeExponent) value = value * 10 + (*p_ - '0');
    }
    number.scale += negative ? -value : value;
    return true;
  }

  const char* p_;
  const char* end_;
};

double to_double(const Decimal& number, const char* begin) {
  const double sign = number.negative ? -1.0 : 1.0;
  if (number.exact && number.digits <= kExactInDouble) {
    // Takes Clinger's way: both factors are exact, so one rounding gives the nearest double.
    const auto digits = static_cast<double>(number.digits);
    if (number.digits == 0) return sign * 0.0;
    if (number.scale >= 0 && number.scale <= 22) {
      return sign * (digits * kPowersOfTen[static_cast<std::size_t>(number.scale)]);
    }
    if (number.scale < 0 && number.scale >= -22) {
      return sign * (digits / kPowersOfTen[static_cast<std::size_t>(-number.scale)]);
    }
  }
  double value = 0;
  const auto result = std::from_chars(begin, number.stop, value);
  if (result.ec == std::errc::result_out_of_range) {
    return sign * (number.scale > 0 ? std::numeric_limits<double>::infinity() : 0.0);
  }
  return value;
}

// Reads an integer of up to 18 digits; Malformed for all else.
Number parse_integer(const char* begin, const char* end) {
  const char* p = begin;
  const bool negative = *p == '-';
  if (negative) ++p;
  const char* digits = p;
  std::uint64_t value = 0;
  while (p != end && is_digit(*p)) value = value * 10 + static_cast<std::uint64_t>(*p++ - '0');
  const auto count = p - digits;
  if (count == 0 || count > 18 || (*digits == '0' && count > 1)) return {};
  if (p != end && !ends_scalar(*p)) return {};
  const auto magnitude = static_cast<std::int64_t>(value);
  return {NumberKind::Integer, negative ? -magnitude : magnitude, 0, p};
}

Number from_decimal(const Decimal& number, const char* begin) {
  Number result;
  result.stop = number.stop;
  if (!number.real) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const std::uint64_t most = number.negative ? kMost + 1 : kMost;
    if (number.scale == 0 && number.digits <= most) {
      result.kind = NumberKind::Integer;
      result.integer =
          static_cast<std::int64_t>(number.negative ? 0 - number.digits : number.digits);
      return result;
    }
  }
  result.real = to_double(number, begin);
  const bool finite = result.real - result.real == 0;
  result.kind = number.real && finite ? NumberKind::Real : NumberKind::Big;
  return result;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads four hexadecimal digits; -1 where there are none.
int hex_unit(std::string_view raw, std::size_t at) {
  if (raw.size() < at + 4) return -1;
  int unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(raw[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t b) { out += static_cast<char>(b); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// Undoes `\uXXXX`, or a pair of them, at the backslash `at`; gives how many bytes it took, 0 where
// it is malformed.
std::size_t unescape_unicode(std::string_view raw, std::size_t at, std::string& out) {
  const int first = hex_unit(raw, at + 2);
  if (first < 0) return 0;
  const bool high = first >= 0xD800 && first <= 0xDBFF;
  if (first >= 0xDC00 && first <= 0xDFFF) return 0;
  if (!high) {
    append_utf8(out, static_cast<std::uint32_t>(first));
    return 6;
  }
  if (raw.size() < at + 12 || raw[at + 6] != '\\' || raw[at + 7] != 'u') return 0;
  const int second = hex_unit(raw, at + 8);
  if (second < 0xDC00 || second > 0xDFFF) return 0;
  append_utf8(out, 0x10000 + (static_cast<std::uint32_t>(first - 0xD800) << 10) +
                       static_cast<std::uint32_t>(second - 0xDC00));
  return 12;
}

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

Number parse_any_number(const char* begin, const char* end) {
  if (const Number integer = parse_integer(begin, end); integer.stop != nullptr) return integer;
  Decimal number;
  if (!DecimalScanner(begin, end).scan(number)) return {};
  return from_decimal(number, begin);
}

void write_big_number(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c != '+') out += c == 'E' ? 'e' : c;
  }
}

double nearest_double(std::string_view number) {
  Decimal decimal;
  if (!DecimalScanner(number.data(), number.data() + number.size()).scan(decimal)) return 0;
  return to_double(decimal, number.data());
}

bool unescape(std::string_view raw, std::string& out, std::size_t* wrong) {
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t backslash = std::min(raw.find('\\', at), raw.size());
    out.append(raw, at, backslash - at);
    at = backslash;
    if (at == raw.size()) break;
    std::size_t taken = 0;
    if (at + 1 < raw.size() && raw[at + 1] == 'u') {
      taken = unescape_unicode(raw, at, out);
    } else if (const char c = at + 1 < raw.size() ? simple_escape(raw[at + 1]) : '\0'; c != 0) {
      out += c;
      taken = 2;
    }
    if (taken == 0) {
      if (wrong != nullptr) *wrong = at;
      return false;
    }
    at += taken;
  }
  return true;
}

}  // namespace arbors::json
