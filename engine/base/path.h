// A path as a person writes it: `birth.year`, `batting[0].HR`, `batting[*].HR`, `"a key".x`.
// Bare keys hold letters, digits, `_`, `$` and non-ASCII letters; any other key stands in double
// quotes, a quote doubled. `[n]` counts from 0, `[-1]` is the last element, `[*]` every element. A
// path is UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arbors {

struct PathStep {
  enum class Kind : std::uint8_t { Key, Index, Every };
  Kind kind = Kind::Key;
  std::string key;         // Key
  std::int64_t index = 0;  // Index; negatives count from the end

  bool operator==(const PathStep&) const = default;
};

struct Path {
  std::vector<PathStep> steps;  // empty: the tree itself

  bool operator==(const Path&) const = default;
  bool through_array() const;  // any Index or Every step
};

// More [*] than that no data has, and each costs stack.
inline constexpr std::size_t kMostArrays = 250;
inline constexpr std::string_view kTooManyArrays = "a path passes through at most 250 arrays";

// Parses the whole of `text`; throws Error{Invalid} naming the byte that is wrong.
Path parse_path(std::string_view text);

// Writes a path as parse_path reads it back.
std::string to_text(const Path& path);

// Writes one key as it stands in a path: bare, or quoted where it must be. `after_dot` allows a
// leading digit.
std::string key_text(std::string_view key, bool after_dot);

}  // namespace arbors
