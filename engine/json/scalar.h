// Reads JSON scalars from bytes whose place a structural index has told: numbers by RFC 8259's
// grammar, strings with their escapes undone. Inline, for it is the inner loop of the import.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arbors::json {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Tells whether a scalar may end before `c`.
inline bool ends_scalar(char c) { return c == ',' || c == '}' || c == ']' || is_space(c); }

enum class NumberKind : std::uint8_t {
  Malformed,
  Integer,
  Real,
  Big,  // an integer beyond int64, or a number beyond double
};

struct Number {
  NumberKind kind = NumberKind::Malformed;
  std::int64_t integer = 0;
  double real = 0;             // Real; Big: the nearest double, perhaps infinite
  const char* stop = nullptr;  // after the last byte of the number
};

// Reads a number that is no short integer; `begin` is its first byte.
Number parse_any_number(const char* begin, const char* end);

// Reads the number that begins at `begin`. It must end where a scalar may end, or at `end`.
// An integer `-0` is 0; the real `-0.0` stays.
inline Number parse_number(const char* begin, const char* end) {
  const char* p = begin;
  const bool negative = *p == '-';
  if (negative) ++p;
  const char* digits = p;
  std::uint64_t value = 0;
  while (p != end && is_digit(*p)) value = value * 10 + static_cast<std::uint64_t>(*p++ - '0');
  const auto count = p - digits;
  if (count > 0 && count <= 18 && (*digits != '0' || count == 1) && (p == end || ends_scalar(*p))) {
    const auto magnitude = static_cast<std::int64_t>(value);
    return {NumberKind::Integer, negative ? -magnitude : magnitude, 0, p};
  }
  return parse_any_number(begin, end);
}

// Writes a Big number's text as it is kept: `e` small, no `+` in the exponent.
void write_big_number(std::string& out, std::string_view text);

// Gives the nearest double of a number's text, infinite beyond the range, 0 below it.
double nearest_double(std::string_view number);

// Finds a string's closing quote from where the next token begins; `open` is its opening quote.
// nullptr where there is none.
inline const char* closing_quote(const char* open, const char* next) {
  do {
    --next;
  } while (is_space(*next) && next > open);
  return *next == '"' && next != open ? next : nullptr;
}

// Undoes the escapes of `raw` (between the quotes), appending to `out`. False on a bad escape or
// half of a surrogate pair; `wrong`, where given, receives the place.
bool unescape(std::string_view raw, std::string& out, std::size_t* wrong = nullptr);

}  // namespace arbors::json
