#include "engine/json/input/text_skeletons.h"

#include <cstring>

namespace arbors::json {
namespace {

bool is_structural(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
}

// Tells whether a scalar begins at a token that another one follows: a string before a colon is a
// key.
bool begins_scalar(std::string_view text, const std::uint32_t* token, const std::uint32_t* end) {
  const char c = text[*token];
  if (is_structural(c)) return false;
  return c != '"' || token + 1 == end || text[token[1]] != ':';
}

}  // namespace

void TextSkeletons::forget() {
  nodes_.assign(1, Node());
  text_.clear();
  misses_ = 0;
}

// A piece before a scalar may be the beginning of another one: what follows tells them apart.
bool TextSkeletons::continues(const Node& node, std::string_view rest) const {
  const std::size_t bytes = node.piece.bytes;
  if (rest.size() < bytes || std::memcmp(rest.data(), text_.data() + node.text, bytes) != 0)
    return false;
  return node.piece.last ? rest.size() == bytes
                         : rest.size() > bytes && !is_structural(rest[bytes]);
}

const TextSkeletons::Piece* TextSkeletons::next(std::string_view rest) {
  Node& parent = nodes_[at_];
  if (parent.child == kNone) return nullptr;
  std::uint32_t child = parent.child;
  do {
    if (continues(nodes_[child], rest)) {
      at_ = parent.child = child;
      return &nodes_[child].piece;
    }
    child = nodes_[child].ring;
  } while (child != parent.child);
  return nullptr;
}

std::uint32_t TextSkeletons::child_for(std::uint32_t parent, std::string_view piece, Piece facts) {
  const std::uint32_t first = nodes_[parent].child;
  for (std::uint32_t child = first; child != kNone;) {
    const Node& node = nodes_[child];
    if (node.piece.last == facts.last &&
        std::string_view(text_).substr(node.text, node.piece.bytes) == piece)
      return child;
    child = node.ring == first ? kNone : node.ring;
  }
  if (nodes_.size() == kMostNodes || text_.size() + piece.size() > kMostBytes ||
      nodes_[parent].children == kMostChildren)
    return kNone;
  const auto added = static_cast<std::uint32_t>(nodes_.size());
  Node node;
  node.piece = facts;
  node.text = static_cast<std::uint32_t>(text_.size());
  node.ring = first == kNone ? added : nodes_[first].ring;
  text_ += piece;
  nodes_.push_back(node);
  if (first != kNone) nodes_[first].ring = added;
  nodes_[parent].child = added;
  ++nodes_[parent].children;
  return added;
}

void TextSkeletons::learn(std::string_view text, const std::uint32_t* token,
                          const std::uint32_t* end) {
  std::uint32_t node = kRoot;
  std::size_t begin = 0, scalars = 0;
  const std::uint32_t* first = token;
  for (; token != end; ++token) {
    if (!begins_scalar(text, token, end)) continue;
    if (++scalars > kMostScalars) return;
    const std::string_view piece = text.substr(begin, *token - begin);
    node = child_for(node, piece,
                     {static_cast<std::uint32_t>(piece.size()),
                      static_cast<std::uint32_t>(token - first), false});
    if (node == kNone) break;
    begin = token[1];
    first = token + 1;
  }
  if (node != kNone || scalars == 0) {
    const std::string_view piece = text.substr(begin);
    node = child_for(node, piece,
                     {static_cast<std::uint32_t>(piece.size()),
                      static_cast<std::uint32_t>(token - first), true});
  }
  if (node == kNone && ++misses_ == kMostMisses) forget();
}

}  // namespace arbors::json
