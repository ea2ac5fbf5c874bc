#include "engine/json/edit/kept_members.h"

#include <algorithm>
#include <cstring>

namespace arbors::json {
namespace {

// The number of bytes that two texts begin with alike.
std::size_t count_same(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= most; at += 8) {
    if (std::memcmp(a.data() + at, b.data() + at, 8) != 0) break;
  }
  while (at < most && a[at] == b[at]) ++at;
  return at;
}

// Finds the end of the string that begins at `at`; nothing beyond `most` counts.
std::size_t end_of_string(std::string_view text, std::size_t at, std::size_t most) {
  for (std::size_t quote = at;;) {
    quote = text.find('"', quote + 1);
    if (quote >= most) return most;  // npos too
    std::size_t slashes = 0;         // before it; the opening quote ends them
    while (text[quote - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return quote + 1;
  }
}

}  // namespace

KeptMembers kept_members(std::string_view before, std::string_view after) {
  if (!before.starts_with('{') || !after.starts_with('{') || before.size() > UINT32_MAX) return {};
  const std::size_t same = count_same(before, after);
  if (before.size() > 2 && same == before.size() - 1 && same < after.size() && after[same] == ',')
    return {static_cast<std::uint32_t>(same + 1), KeptMembers::kAll};
  KeptMembers kept;
  std::size_t depth = 0;
  for (std::size_t at = 1; at < same;) {
    const char c = before[at];
    if (c == '"') {
      at = end_of_string(before, at, same);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ',' && depth == 0) {
      kept.bytes = static_cast<std::uint32_t>(at);
      ++kept.members;
    }
  }
  return kept;
}

}  // namespace arbors::json
