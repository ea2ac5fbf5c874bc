#include "engine/json/edit/edit.h"

#include <algorithm>
#include <vector>

#include "engine/base/error.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"

namespace arbors::json {
namespace {

void add_member(std::string& object, std::string_view key, std::string_view value) {
  if (object.size() > 1) object += ',';
  write_string(object, key);
  object += ':';
  object += value;
}

// Gives the value made of objects alone that holds `value` at `steps`.
std::string wrapped(std::span<const PathStep> steps, const std::string& value) {
  std::string text = value;
  for (std::size_t i = steps.size(); i-- > 0;) {
    std::string object = "{";
    add_member(object, steps[i].key, text);
    text = object + '}';
  }
  return text;
}

char first_character(std::string_view json) {
  const std::size_t at = json.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? '\0' : json[at];
}

std::string edited(std::string_view tree, std::span<const PathStep> all, std::size_t depth,
                   const std::optional<std::string>& value) {
  const auto steps = all.subspan(depth);
  if (steps.empty()) return *value;
  const char first = first_character(tree);
  if (first != '{') {
    if (!value) return std::string(tree);
    throw_invalid("cannot set " + to_text(Path{{all.begin(), all.end()}}) + ": " +
                  (depth == 0 ? std::string("the tree")
                              : to_text(Path{{all.begin(),
                                              all.begin() + static_cast<std::ptrdiff_t>(depth)}})) +
                  " is not an object");
  }
  std::string object = "{";
  bool found = false;
  for_each_member(tree, [&](std::string_view key, std::string_view raw) {
    if (key != steps.front().key) {
      add_member(object, key, raw);
      return true;
    }
    found = true;
    if (value || steps.size() > 1) add_member(object, key, edited(raw, all, depth + 1, value));
    return true;
  });
  if (!found && value) add_member(object, steps.front().key, wrapped(steps.subspan(1), *value));
  return object + '}';
}

bool is_object(std::string_view json) { return first_character(json) == '{'; }

// Adds a member of `tree` at `path` (its key last) to `object`, under its new name.
void add_named(std::string& object, std::vector<PathStep>& path, std::string_view raw,
               std::span<const KeyName> names);

std::string named(std::string_view tree, std::vector<PathStep>& path,
                  std::span<const KeyName> names) {
  std::string object = "{";
  for_each_member(tree, [&](std::string_view key, std::string_view raw) {
    path.push_back({PathStep::Kind::Key, std::string(key), 0});
    add_named(object, path, raw, names);
    path.pop_back();
    return true;
  });
  return object + '}';
}

bool begins(std::span<const PathStep> steps, std::span<const PathStep> with) {
  return steps.size() >= with.size() && std::equal(with.begin(), with.end(), steps.begin());
}

void add_named(std::string& object, std::vector<PathStep>& path, std::string_view raw,
               std::span<const KeyName> names) {
  const std::string key = path.back().key;
  const KeyName* found = nullptr;
  bool inside = false, replaced = false;
  for (const KeyName& name : names) {
    if (name.steps.size() == path.size() && begins(name.steps, path)) found = &name;
    inside = inside || (name.steps.size() > path.size() && begins(name.steps, path));
    replaced = replaced || (name.name == key && name.steps.size() == path.size() &&
                            begins(path, name.steps.first(path.size() - 1)));
  }
  if (found == nullptr && replaced) return;
  const std::string changed = inside && is_object(raw) ? named(raw, path, names) : std::string();
  add_member(object, found == nullptr ? std::string_view(key) : found->name,
             changed.empty() ? raw : std::string_view(changed));
}

// Gives `tree` with a member more at the end of an object in it, which has none of that key.
std::string with_added(std::string_view tree, std::string_view object, std::string_view key,
                       const std::string& value) {
  std::string member = object.find_first_not_of(" \t\r\n", 1) == object.size() - 1 ? "" : ",";
  write_string(member, key);
  member += ':';
  member += value;
  std::string text;
  text.reserve(tree.size() + member.size());
  const auto end = static_cast<std::size_t>(object.data() + object.size() - tree.data()) - 1;
  text.append(tree, 0, end).append(member).append(tree, end);
  return text;
}

}  // namespace

std::string with_value(std::string_view tree, std::span<const PathStep> steps,
                       const std::optional<std::string>& value) {
  if (!value) return edited(tree, steps, 0, value);
  std::string_view raw = tree;
  std::size_t depth = 0;
  for (; depth < steps.size(); ++depth) {
    const std::string_view inside = find_raw(raw, steps.subspan(depth, 1));
    if (inside.empty()) break;
    raw = inside;
  }
  if (depth == steps.size()) {
    std::string text(tree);
    text.replace(static_cast<std::size_t>(raw.data() - tree.data()), raw.size(), *value);
    return text;
  }
  if (!raw.starts_with('{') || !raw.ends_with('}')) return edited(tree, steps, 0, value);
  return with_added(tree, raw, steps[depth].key, wrapped(steps.subspan(depth + 1), *value));
}

std::string with_members(std::string_view tree, std::string_view object) {
  std::string text(tree);
  if (!is_object(tree) || !is_object(object)) return text;
  if (text == "{}") return std::string(object);
  for_each_member(object, [&](std::string_view key, std::string_view raw) {
    const PathStep step{PathStep::Kind::Key, std::string(key), 0};
    text = with_value(text, {&step, 1}, std::string(raw));
    return true;
  });
  return text;
}

std::string with_names(std::string_view tree, std::span<const KeyName> names) {
  std::vector<PathStep> path;
  return is_object(tree) ? named(tree, path, names) : std::string(tree);
}

}  // namespace arbors::json
