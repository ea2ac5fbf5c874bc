#include "engine/base/printable.h"

#include <algorithm>

namespace arbors {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool is_plain(char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; }

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x");
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

std::size_t character_size(std::string_view text, std::size_t at) {
  // What the second byte may be after each first one: no longer form than needed, no surrogates,
  // nothing beyond U+10FFFF (The Unicode Standard, table 3-7).
  struct Row {
    unsigned first, last;  // first bytes
    unsigned low, high;    // second bytes
    std::size_t size;
  };
  constexpr Row kRows[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                           {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
                           {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                           {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  if (at >= text.size()) return 0;
  const unsigned first = byte_at(text, at), second = byte_at(text, at + 1);
  if (first < 0x80) return 1;
  for (const Row& row : kRows) {
    if (first < row.first || first > row.last) continue;
    if (second < row.low || second > row.high) return 0;
    for (std::size_t i = 2; i < row.size; ++i)
      if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
    return row.size;
  }
  return 0;
}

std::string printable(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_size(text, at);
    if (size > 1 || is_plain(text[at]))
      shown.append(text, at, std::max<std::size_t>(size, 1));
    else
      append_escaped(shown, text[at]);
    at += std::max<std::size_t>(size, 1);
  }
  return shown;
}

}  // namespace arbors
