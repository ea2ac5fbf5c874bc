// Walks UTF-8 texts character by character. Texts come checked from the import; a broken sequence
// (from a parameter) is taken byte by byte, never read past its end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arbors::expr {

// Tells how many bytes the character at `at` has, at least 1 and never past the end.
inline std::size_t utf8_size(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  if (static_cast<unsigned char>(text[at]) < 0xC0) return 1;
  while (end < text.size() && end < at + 4 &&
         (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    ++end;
  }
  return end - at;
}

// Reads the character at `at` and moves past it.
inline char32_t utf8_next(std::string_view text, std::size_t& at) {
  const std::size_t size = utf8_size(text, at);
  const auto lead = static_cast<unsigned char>(text[at]);
  char32_t c = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i)
    c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  at += size;
  return c;
}

inline std::size_t utf8_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return length;
}

void append_utf8(std::string& out, char32_t c);

}  // namespace arbors::expr
