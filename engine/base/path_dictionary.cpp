#include "engine/base/path_dictionary.h"

#include <atomic>

namespace arbors {

std::size_t PathDictionary::ChildHash::operator()(const ChildKey& child) const {
  const std::size_t step = (static_cast<std::size_t>(child.parent) << 1) | (child.element ? 1 : 0);
  return std::hash<std::string_view>{}(child.key) ^ (step * 0x9E3779B97F4A7C15ULL);
}

PathDictionary::Tables::Tables() : nodes(1), children(1) {}

PathDictionary::Tables::Tables(const Tables& other) : nodes(1), children(1) {
  for (PathId path = 1; path < other.nodes.size(); ++path) {
    const PathNode& node = other.nodes[path];
    add(node.parent, node.element, node.key);
  }
}

PathDictionary::PathDictionary() : tables_(std::make_shared<Tables>()) {}

PathId PathDictionary::find(const ChildKey& child) const {
  const auto found = tables_->index.find(child);
  return found == tables_->index.end() ? kNoPath : found->second;
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
  if (tables_.use_count() > 1) {
    tables_ = std::make_shared<Tables>(*tables_);
  } else {
    // Whoever let go of the tables last has read them before.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  return tables_->add(parent, element, key);
}

PathId PathDictionary::Tables::add(PathId parent, bool element, std::string_view key) {
  const auto id = static_cast<PathId>(nodes.size());
  PathNode& node = nodes.emplace_back();
  try {
    node.parent = parent;
    node.element = element;
    node.key = key;
    node.domain = element ? id : nodes[parent].domain;
    node.depth = static_cast<std::uint16_t>(nodes[parent].depth + 1);
    children.emplace_back();
    children[parent].push_back(id);
    index.emplace(ChildKey{parent, element, node.key}, id);
  } catch (...) {
    // Takes back what would be in one table and not in the others.
    if (std::vector<PathId>& siblings = children[parent];
        !siblings.empty() && siblings.back() == id)
      siblings.pop_back();
    children.resize(id);
    nodes.pop_back();
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
  path.steps.resize((*this)[id].depth);
  for (auto step = path.steps.rbegin(); step != path.steps.rend(); ++step) {
    const PathNode& node = (*this)[id];
    step->kind = node.element ? PathStep::Kind::Every : PathStep::Kind::Key;
    step->key = node.key;
    id = node.parent;
  }
  return path;
}

std::string PathDictionary::text(PathId id) const { return to_text(path(id)); }

}  // namespace arbors
