#include "engine/base/path_dictionary.h"

#include <algorithm>

namespace arbors {

std::size_t PathDictionary::ChildHash::operator()(const ChildKey& child) const {
  const std::size_t step = (static_cast<std::size_t>(child.parent) << 1) | (child.element ? 1 : 0);
  return std::hash<std::string_view>{}(child.key) ^ (step * 0x9E3779B97F4A7C15ULL);
}

PathDictionary::PathDictionary() {
  nodes_.emplace_back();
  children_.emplace_back();
}

PathId PathDictionary::find(const ChildKey& child) const {
  const auto found = index_.find(child);
  return found == index_.end() ? kNoPath : found->second;
}

PathId PathDictionary::find_key(PathId parent, std::string_view key) const {
  return find({parent, false, key});
}

PathId PathDictionary::find_element(PathId parent) const { return find({parent, true, {}}); }

PathId PathDictionary::intern_key(PathId parent, std::string_view key) {
  const PathId known = find_key(parent, key);
  return known != kNoPath ? known : add(parent, false, key);
}

PathId PathDictionary::intern_element(PathId parent) {
  const PathId known = find_element(parent);
  return known != kNoPath ? known : add(parent, true, {});
}

PathId PathDictionary::add(PathId parent, bool element, std::string_view key) {
  const auto id = static_cast<PathId>(nodes_.size());
  PathNode& node = nodes_.emplace_back();
  try {
    node.parent = parent;
    node.element = element;
    node.key = key;
    node.domain = element ? id : nodes_[parent].domain;
    node.depth = static_cast<std::uint16_t>(nodes_[parent].depth + 1);
    children_.emplace_back();
    children_[parent].push_back(id);
    index_.emplace(ChildKey{parent, element, node.key}, id);
  } catch (...) {
    // Takes back what would be in one table and not in the others.
    if (std::vector<PathId>& siblings = children_[parent];
        !siblings.empty() && siblings.back() == id)
      siblings.pop_back();
    children_.resize(id);
    nodes_.pop_back();
    throw;
  }
  return id;
}

PathDictionary::Prefix PathDictionary::longest_prefix(const Path& path) const {
  Prefix prefix;
  for (const PathStep& step : path.steps) {
    const PathId next =
        step.kind == PathStep::Kind::Key ? find_key(prefix.id, step.key) : find_element(prefix.id);
    if (next == kNoPath) break;
    prefix.id = next;
    ++prefix.steps;
  }
  return prefix;
}

Path PathDictionary::path(PathId id) const {
  Path path;
  for (; id != kRootPath; id = nodes_[id].parent) {
    PathStep step;
    step.kind = nodes_[id].element ? PathStep::Kind::Every : PathStep::Kind::Key;
    step.key = nodes_[id].key;
    path.steps.push_back(std::move(step));
  }
  std::reverse(path.steps.begin(), path.steps.end());
  return path;
}

std::string PathDictionary::text(PathId id) const { return to_text(path(id)); }

}  // namespace arbors
