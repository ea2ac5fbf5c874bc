#include "engine/base/path_dictionary.h"

#include <atomic>

namespace arbors {

std::size_t PathDictionary::hash(const ChildKey& child) {
  const std::size_t step = (static_cast<std::size_t>(child.parent) << 1) | (child.element ? 1 : 0);
  return std::hash<std::string_view>{}(child.key) ^ (step * 0x9E3779B97F4A7C15ULL);
}

PathDictionary::Tables::Tables() : nodes(1), children(1), slots(64, kNoPath) {}

PathDictionary::PathDictionary() : tables_(std::make_shared<Tables>()) {}

PathId PathDictionary::find_key(PathId parent, std::string_view key) const {
  return tables_->find({parent, false, key});
}

PathId PathDictionary::find_element(PathId parent) const {
  return tables_->find({parent, true, {}});
}

PathId PathDictionary::intern_key(PathId parent, std::string_view key) {
  return intern({parent, false, key});
}

PathId PathDictionary::intern_element(PathId parent) { return intern({parent, true, {}}); }

PathId PathDictionary::intern(const ChildKey& child) {
  if (const PathId known = tables_->find(child); known != kNoPath) return known;
  if (tables_.use_count() > 1) {
    tables_ = std::make_shared<Tables>(*tables_);
  } else {
    // Whoever let go of the tables last has read them before.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  return tables_->add(child);
}

PathId PathDictionary::Tables::find(const ChildKey& child) const {
  for (std::size_t at = hash(child);; ++at) {
    const PathId path = slots[at & (slots.size() - 1)];
    if (path == kNoPath) return kNoPath;
    const PathNode& node = nodes[path];
    if (ChildKey{node.parent, node.element, node.key} == child) return path;
  }
}

// There is a free slot.
void PathDictionary::Tables::place(PathId path) {
  const PathNode& node = nodes[path];
  std::size_t at = hash({node.parent, node.element, node.key});
  while (slots[at & (slots.size() - 1)] != kNoPath) ++at;
  slots[at & (slots.size() - 1)] = path;
}

PathId PathDictionary::Tables::add(const ChildKey& child) {
  const auto id = static_cast<PathId>(nodes.size());
  if (slots.size() < 2 * (nodes.size() + 1)) {
    std::vector<PathId>(2 * slots.size(), kNoPath).swap(slots);
    for (PathId path = 1; path < id; ++path) place(path);
  }
  PathNode& node = nodes.emplace_back();
  try {
    node.parent = child.parent;
    node.element = child.element;
    node.key = child.key;
    node.domain = child.element ? id : nodes[child.parent].domain;
    node.depth = static_cast<std::uint16_t>(nodes[child.parent].depth + 1);
    children.emplace_back();
    children[child.parent].push_back(id);
  } catch (...) {
    // Takes back what would be in one table and not in the others.
    children.resize(id);
    nodes.pop_back();
    throw;
  }
  place(id);
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
