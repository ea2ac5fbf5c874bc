#include "engine/batch/build/shape_trie.h"

#include <algorithm>
#include <utility>

namespace arbors::batch {

const ShapeEdge* ShapeTrie::follow(ShapeNode& node, const char* text, const char* end) {
  for (ShapeEdge& edge : node.others) {
    if (edge.matches(text, end)) {
      std::swap(edge, node.first);
      return &node.first;
    }
  }
  return nullptr;
}

const ShapeEdge* ShapeTrie::add(ShapeNode& node, std::string_view raw_key, ColumnBuilder* child) {
  if (nodes_.size() >= kMaxNodes || node.others.size() >= kMaxEdges) return nullptr;
  ShapeNode& next = nodes_.emplace_back();
  next.parent = &node;
  next.last_key = child;
  const std::string& key = keys_.emplace_back(std::string(raw_key) + '"');
  if (node.first.key != nullptr) node.others.push_back(node.first);
  node.first = {key.data(), key.size(), 0, 0, child, &next};
  const std::size_t head = std::min<std::size_t>(key.size(), 8);
  std::memcpy(&node.first.head, key.data(), head);
  std::memset(&node.first.head_mask, 0xFF, head);
  return &node.first;
}

void ShapeTrie::clear() {
  nodes_.clear();
  keys_.clear();
  root_ = {};
}

}  // namespace arbors::batch
