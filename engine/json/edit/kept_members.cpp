#include "engine/json/edit/kept_members.h"

#include <algorithm>
#include <cstring>

#include "engine/base/error.h"
#include "engine/base/path.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/scalar_reader.h"

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

// Tells whether minimal text surely has no member of that key, which costs less than to look for
// one.
bool surely_lacks(std::string_view json, std::string_view key) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  };
  return std::ranges::all_of(key, is_plain) &&
         json.find(std::string(key) + "\":") == std::string_view::npos;
}

// Tells whether none of an object's members, of which there are few and one at least, has a key of
// the members that another object begins with.
bool are_others(std::string_view object, std::string_view begin) {
  constexpr unsigned kFew = 8;
  unsigned members = 0;
  bool others = true;
  for_each_member(object, [&](std::string_view key, std::string_view) {
    others = ++members <= kFew;
    if (others && !surely_lacks(begin, key)) {
      const PathStep step{PathStep::Kind::Key, std::string(key), 0};
      others = find_raw_in_minimal(std::string(begin) + '}', {&step, 1}).empty();
    }
    return others;
  });
  return others && members > 0;
}

}  // namespace

KeptMembers kept_members(std::string_view before, std::string_view after) {
  if (!before.starts_with('{') || !after.starts_with('{') || before.size() > UINT32_MAX) return {};
  const std::size_t same = count_same(before, after);
  if (before.size() > 2 && same == before.size() - 1 && same < after.size() && after[same] == ',')
    return {static_cast<std::uint32_t>(same + 1), KeptMembers::kAll};
  KeptMembers kept;
  std::size_t depth = 0;
  const std::string_view begin = before.substr(0, same);
  for (std::size_t at = 1; at < same;) {
    const char c = begin[at];
    if (c == '"') {
      at = end_of_string(begin, at);  // npos where the string goes on
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

std::optional<std::string> with_kept(KeptMembers kept, std::string_view before,
                                     std::string_view after, ValueNormalizer& normalizer) {
  if (after.size() - kept.bytes > kept.bytes) return std::nullopt;
  std::string others(1, '{');
  others += after.substr(kept.bytes);
  try {
    others = normalizer.normalize(others);
  } catch (const Error&) {
    return std::nullopt;
  }
  const std::string_view begin = before.substr(0, kept.bytes - 1);
  if (!are_others(others, begin)) return std::nullopt;
  std::string text;
  text.reserve(begin.size() + others.size());
  text += begin;
  text += ',';
  text += std::string_view(others).substr(1);
  return text;
}

}  // namespace arbors::json
