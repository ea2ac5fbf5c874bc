#include "engine/json/edit/merge_patch.h"

#include <algorithm>
#include <unordered_map>

#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"

namespace arbors::json {
namespace {

struct PatchMember {
  std::string key;
  std::string_view raw;
  bool met = false;  // in the value
};

// The members of a patch, in their order and, where they are many, by their keys.
class PatchMembers {
 public:
  explicit PatchMembers(std::string_view patch) {
    for_each_member(patch, [this](std::string_view key, std::string_view raw) {
      members_.push_back({std::string(key), raw});
      return true;
    });
    if (members_.size() <= kFew) return;
    for (std::size_t at = 0; at < members_.size(); ++at) at_.emplace(members_[at].key, at);
  }

  PatchMember* find(std::string_view key) {
    if (members_.size() > kFew) {
      const auto found = at_.find(key);
      return found == at_.end() ? nullptr : &members_[found->second];
    }
    const auto found = std::ranges::find(members_, key, &PatchMember::key);
    return found == members_.end() ? nullptr : &*found;
  }
  const std::vector<PatchMember>& all() const { return members_; }

 private:
  static constexpr std::size_t kFew = 8;

  std::vector<PatchMember> members_;
  std::unordered_map<std::string_view, std::size_t> at_;
};

void append_member(std::string& object, std::string_view key, std::string_view raw) {
  if (object.back() != '{') object += ',';
  write_string(object, key);
  object += ':';
  object += raw;
}

// Appends a member of `object_text` as it stands there, where its key has no escapes.
void append_same(std::string& object, std::string_view object_text, std::string_view key,
                 std::string_view raw) {
  const auto at = static_cast<std::size_t>(raw.data() - object_text.data());
  const std::size_t before = key.size() + 3;  // two quotes and a colon
  const bool plain = at > before && object_text[at - before] == '"' &&
                     object_text.substr(at - before + 1, key.size()) == key;
  if (!plain) return append_member(object, key, raw);
  if (object.back() != '{') object += ',';
  object += object_text.substr(at - before, before + raw.size());
}

bool patch_scalars(std::string_view patch, Path& at, std::vector<PatchedScalar>& scalars) {
  bool plain = patch != "{}";
  for_each_member(patch, [&](std::string_view key, std::string_view raw) {
    at.steps.push_back({PathStep::Kind::Key, std::string(key), 0});
    if (raw.front() == '{') {
      plain = patch_scalars(raw, at, scalars);
    } else {
      plain = raw.front() != '[' && raw != "null";
      scalars.push_back({at, std::string(raw)});
    }
    at.steps.pop_back();
    return plain;
  });
  return plain;
}

}  // namespace

std::string merge_patch(std::string_view value, std::string_view patch) {
  if (patch.front() != '{') return std::string(patch);
  PatchMembers members(patch);
  std::string object = "{";
  object.reserve(value.size() + patch.size());
  for_each_member(value, [&](std::string_view key, std::string_view raw) {
    PatchMember* member = members.find(key);
    if (member == nullptr) {
      append_same(object, value, key, raw);
      return true;
    }
    member->met = true;
    if (member->raw != "null") append_member(object, key, merge_patch(raw, member->raw));
    return true;
  });
  for (const PatchMember& member : members.all())
    if (!member.met && member.raw != "null")
      append_member(object, member.key, merge_patch({}, member.raw));
  return object + '}';
}

std::optional<std::vector<PatchedScalar>> patched_scalars(std::string_view patch) {
  if (patch.front() != '{') return std::nullopt;
  std::vector<PatchedScalar> scalars;
  Path at;
  if (!patch_scalars(patch, at, scalars)) return std::nullopt;
  return scalars;
}

}  // namespace arbors::json
