// Predicts the next key of an object: a tree of the key sequences seen at one object path. A node
// stands for the keys so far; its first edge is the one taken last, so that equal objects cost one
// compare of raw key bytes a key. Objects that would make it too big are served without it.
#pragma once

#include <boost/container/deque.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::batch {

struct ColumnBuilder;
struct ShapeNode;

struct ShapeEdge {
  const char* key = nullptr;    // as it stands in the text, with its closing quote
  std::size_t size = SIZE_MAX;  // an edge without a key matches nothing
  std::uint64_t head = 0;       // the key's first eight bytes
  std::uint64_t head_mask = 0;
  ColumnBuilder* child = nullptr;
  ShapeNode* next = nullptr;

  // Tells whether the key that begins at `text` (after its opening quote) is this one.
  bool matches(const char* text, const char* end) const {
    const auto left = static_cast<std::size_t>(end - text);
    if (left < size) return false;
    if (left < 8) return std::memcmp(text, key, size) == 0;
    // Settles most keys with one compare of words.
    std::uint64_t word;
    std::memcpy(&word, text, 8);
    if (((word ^ head) & head_mask) != 0) return false;
    return size <= 8 || std::memcmp(text + 8, key + 8, size - 8) == 0;
  }
};

struct ShapeNode {
  static constexpr std::uint32_t kUnnamed = 0xFFFFFFFF;

  ShapeEdge first;
  std::vector<ShapeEdge> others;
  const ShapeNode* parent = nullptr;
  ColumnBuilder* last_key = nullptr;  // of the keys so far
  std::uint32_t shape = kUnnamed;     // the shape of an object that ends here
};

class ShapeTrie {
 public:
  ShapeNode* root() { return &root_; }

  // Follows another edge than the first, making it the first; nullptr where there is none.
  const ShapeEdge* follow(ShapeNode& node, const char* text, const char* end);

  // Adds an edge; nullptr where the trie is full. `raw_key` is without quotes.
  const ShapeEdge* add(ShapeNode& node, std::string_view raw_key, ColumnBuilder* child);

  void clear();

 private:
  static constexpr std::size_t kMaxNodes = 4096;
  static constexpr std::size_t kMaxEdges = 16;  // of one node

  // Deques, since pointers stay valid in them; these allocate nothing while they are empty, as most
  // paths' are.
  ShapeNode root_;
  boost::container::deque<ShapeNode> nodes_;
  boost::container::deque<std::string> keys_;
};

}  // namespace arbors::batch
