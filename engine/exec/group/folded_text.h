// The text that all texts which are equal under a collation share: what numbers and hashes of
// values are made of, so that both take the same ones for equal.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace arbors::exec {

// `space` holds the result where it differs inside.
inline std::string_view folded_text(std::string_view text, Collation collation,
                                    std::string& space) {
  if (collation == Collation::RTrim)
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (collation != Collation::NoCase) return text;
  // SQLite's NOCASE looks at how long texts are behind a NUL, and at no character.
  const std::string_view seen = text.substr(0, text.find('\0'));
  space.assign(text.size(), '\0');
  std::ranges::transform(seen, space.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return space;
}

}  // namespace arbors::exec
