#include "engine/json/edit/difference.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/json/values/json_value.h"

namespace arbors::json {
namespace {

using Members = std::vector<std::pair<std::string, std::string_view>>;

Members members_of(std::string_view object) {
  Members members;
  for_each_member(object, [&](std::string_view key, std::string_view raw) {
    members.emplace_back(key, raw);
    return true;
  });
  return members;
}

std::vector<std::string_view> elements_of(std::string_view array) {
  std::vector<std::string_view> elements;
  for_each_element(array, [&](std::string_view raw) {
    elements.push_back(raw);
    return true;
  });
  return elements;
}

bool both_are(char bracket, std::string_view left, std::string_view right) {
  return left.starts_with(bracket) && right.starts_with(bracket);
}

// The members of two objects, found by their keys.
class Pairs {
 public:
  Pairs(std::string_view before, std::string_view after)
      : before_(members_of(before)), after_(members_of(after)) {
    for (std::size_t at = 0; at < after_.size(); ++at) at_.emplace(after_[at].first, at);
  }

  // Shows each key with its values, those that went and stay first; false from `each` ends it.
  template <typename Each>
  bool all(const Each& each) {
    std::vector<bool> seen(after_.size());
    for (const auto& [key, raw] : before_) {
      const auto found = at_.find(key);
      std::optional<std::string_view> other;
      if (found != at_.end()) {
        other = after_[found->second].second;
        seen[found->second] = true;
      }
      if (!each(key, std::optional(raw), other)) return false;
    }
    for (std::size_t at = 0; at < after_.size(); ++at) {
      if (seen[at]) continue;
      if (!each(after_[at].first, std::optional<std::string_view>(),
                std::optional(after_[at].second)))
        return false;
    }
    return true;
  }

 private:
  Members before_, after_;
  std::unordered_map<std::string_view, std::size_t> at_;  // of after_
};

void compare(Path& path, std::string_view before, std::string_view after,
             const EachDifference& each) {
  if (before == after) return;
  if (!both_are('{', before, after)) {
    if (!is_same_value(before, after)) each(path, before, after);
    return;
  }
  Pairs(before, after).all([&](const std::string& key, const auto& old, const auto& now) {
    path.steps.push_back({PathStep::Kind::Key, key, 0});
    if (old && now) {
      compare(path, *old, *now, each);
    } else {
      each(path, old, now);
    }
    path.steps.pop_back();
    return true;
  });
}

}  // namespace

bool is_same_value(std::string_view left, std::string_view right) {
  if (left == right) return true;
  if (left.size() != right.size()) return false;
  if (both_are('[', left, right)) {
    const auto one = elements_of(left), other = elements_of(right);
    if (one.size() != other.size()) return false;
    for (std::size_t at = 0; at < one.size(); ++at)
      if (!is_same_value(one[at], other[at])) return false;
    return true;
  }
  if (!both_are('{', left, right)) return false;
  return Pairs(left, right).all([](const std::string&, const auto& one, const auto& other) {
    return one && other && is_same_value(*one, *other);
  });
}

void for_each_difference(std::string_view before, std::string_view after,
                         const EachDifference& each) {
  Path path;
  compare(path, before, after, each);
}

}  // namespace arbors::json
