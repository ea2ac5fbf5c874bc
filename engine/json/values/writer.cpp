#include "engine/json/values/writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace arbors::json {
namespace {

constexpr std::array<bool, 256> escape_table() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = table['\\'] = true;
  return table;
}
constexpr std::array<bool, 256> kNeedsEscape = escape_table();

// Tells for eight bytes at once whether one of them is below 0x20, a quote or a backslash.
bool any_needs_escape(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kHighs = 0x8080808080808080ULL;
  std::uint64_t word;
  std::memcpy(&word, eight, 8);
  const auto has_zero = [](std::uint64_t w) { return (w - kOnes) & ~w & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return (control | has_zero(word ^ kOnes * '"') | has_zero(word ^ kOnes * '\\')) != 0;
}

// Gives the length of the run from `at` that stands as it is.
std::size_t plain_run(std::string_view text, std::size_t at) {
  std::size_t p = at;
  while (p + 8 <= text.size() && !any_needs_escape(text.data() + p)) p += 8;
  while (p < text.size() && !kNeedsEscape[static_cast<unsigned char>(text[p])]) ++p;
  return p - at;
}

// Tells whether a text stands as it is; its last bytes may be looked at twice.
bool is_plain(std::string_view text) {
  if (text.size() < 8) return plain_run(text, 0) == text.size();
  for (std::size_t p = 0; p + 8 < text.size(); p += 8) {
    if (any_needs_escape(text.data() + p)) return false;
  }
  return !any_needs_escape(text.data() + text.size() - 8);
}

void write_escape(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace

void write_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_plain(text)) {
    out += text;
    out += '"';
    return;
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t run = plain_run(text, at);
    out.append(text, at, run);
    at += run;
    if (at < text.size()) write_escape(out, text[at++]);
  }
  out += '"';
}

void write_integer(std::string& out, std::int64_t value) {
  if (value >= 0 && value < 10) {
    out += static_cast<char>('0' + value);
    return;
  }
  char digits[24];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<std::size_t>(result.ptr - digits));
}

void write_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "null" : value < 0 ? "-1e999" : "1e999";
    return;
  }
  char text[40];
  const double magnitude = std::fabs(value);
  // Writes out what has up to 16 digits before the point or three zeros after it, as Python does.
  const bool plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto result = std::to_chars(text, text + sizeof text, value, format);
  const std::string_view written(text, static_cast<std::size_t>(result.ptr - text));
  out += written;
  if (plain && written.find('.') == std::string_view::npos) out += ".0";
}

}  // namespace arbors::json
