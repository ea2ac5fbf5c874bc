#include "engine/json/edit/new_member.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/json/values/json_value.h"

namespace arbors::json {
namespace {

// Tells whether minimal text surely has no member of that key, which costs less than to look for
// one.
bool surely_lacks(std::string_view json, std::string_view key) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  };
  return std::ranges::all_of(key, is_plain) &&
         json.find(std::string(key) + "\":") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> with_new_member(std::string_view before, std::string_view after,
                                           ValueNormalizer& normalizer) {
  if (before.size() <= 2 || before.front() != '{') return std::nullopt;
  const std::string_view kept = before.substr(0, before.size() - 1);
  if (!after.starts_with(kept)) return std::nullopt;
  const std::string_view added = after.substr(kept.size());
  if (!added.starts_with(',')) return std::nullopt;
  std::string object;
  try {
    object = normalizer.normalize('{' + std::string(added.substr(1)));
  } catch (const Error&) {
    return std::nullopt;
  }
  Path path;
  std::size_t members = 0;
  for_each_member(object, [&](std::string_view key, std::string_view) {
    path.steps = {{PathStep::Kind::Key, std::string(key), 0}};
    return ++members == 1;
  });
  if (members != 1) return std::nullopt;
  if (!surely_lacks(before, path.steps.front().key) &&
      !find_raw_in_minimal(before, path.steps).empty())
    return std::nullopt;
  std::string text(kept);
  text += ',';
  text += std::string_view(object).substr(1);
  return text;
}

}  // namespace arbors::json
