// Reads JSON scalars from bytes whose place a structural index has told: numbers by RFC 8259's
// grammar, strings with their escapes undone. Inline, for it is the inner loop of the import.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
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

// Up to seven digits, read eight bytes at once (after Lemire's parse_eight_digits_unrolled): no
// branch depends on how many there are.
struct ShortDigits {
  explicit ShortDigits(const char* text) {
    std::uint64_t word;
    std::memcpy(&word, text, sizeof word);
    word ^= 0x3030303030303030;
    const std::uint64_t others = ((word + 0x7676767676767676) | word) & 0x8080808080808080;
    const auto bits = static_cast<unsigned>(std::countr_zero(others)) & ~7U;
    count = bits / 8;
    usable = bits - 8 < 56 && (bits == 8) | ((word & 0xFF) != 0);
    word <<= (64 - bits) & 63;  // zeros before the first digit
    word = word * 10 + (word >> 8);
    value = ((word & 0x000000FF000000FF) * 0x000F424000000064 +
             (word >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >>
            32;
  }

  unsigned count;
  bool usable;  // one to seven digits, no needless zero before them
  std::uint64_t value;
};

// The same as parse_number, for numbers that are mostly no short integers.
Number parse_any_number(const char* begin, const char* end);

// Reads the number that begins at `begin`. It must end where a scalar may end, or at `end`.
// An integer `-0` is 0; the real `-0.0` stays.
inline Number parse_number(const char* begin, const char* end) {
  const bool negative = *begin == '-';
  const char* digits = begin + negative;
  if (end - digits > 8) {
    const ShortDigits read(digits);
    if (read.usable && ends_scalar(digits[read.count])) {
      const auto magnitude = static_cast<std::int64_t>(read.value);
      return {NumberKind::Integer, negative ? -magnitude : magnitude, 0, digits + read.count};
    }
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

// Gives the end of the string that stands in JSON text from its opening quote on, behind its
// closing quote; npos where there is none.
inline std::size_t end_of_string(std::string_view text, std::size_t open) {
  for (std::size_t quote = open;;) {
    quote = text.find('"', quote + 1);
    if (quote == std::string_view::npos) return quote;
    std::size_t slashes = 0;  // before it; the opening quote ends them
    while (text[quote - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return quote + 1;
  }
}

// Undoes the escapes of `raw` (between the quotes), appending to `out`. False on a bad escape or
// half of a surrogate pair; `wrong`, where given, receives the place.
bool unescape(std::string_view raw, std::string& out, std::size_t* wrong = nullptr);

}  // namespace arbors::json
