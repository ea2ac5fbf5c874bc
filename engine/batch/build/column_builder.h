// One path of a batch under construction: its column's buffers, its place in the tree of paths, and
// what predicts the keys of its objects. Rows may be skipped: they are missing ones.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/batch/build/shape_trie.h"
#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/columns/text_builder.h"

namespace arbors::batch {

struct ColumnBuilder {
  ColumnBuilder(std::uint32_t number, ColumnBuilder* above, bool is_element, std::string_view name);

  std::uint32_t id;       // in order of first appearance in the batch
  ColumnBuilder* parent;  // nullptr: the root
  bool element;           // the elements of parent's arrays; else its key
  std::string key;
  ColumnBuilder* domain;        // whose `rows` count this column's rows: itself for an element
  std::uint32_t depth;          // steps from the root
  std::uint32_t rows = 0;       // of the domain; kept where domain == this
  bool opaque_objects = false;  // objects here stay whole
  bool opaque_arrays = false;
  std::size_t folded = 0;  // members of the objects here whose own objects stay whole

  std::vector<std::uint8_t> tags;
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  TextBuilder strings;
  TextBuilder big_numbers;
  TextBuilder opaque;
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint32_t> shape_of;
  std::vector<std::vector<PathId>> shapes;  // ids of children, until the batch is finished

  ShapeTrie trie;
  std::map<std::vector<PathId>, std::uint32_t> shape_codes;
  std::unordered_map<std::string_view, ColumnBuilder*> children;  // by key
  ColumnBuilder* elements = nullptr;

  void push(std::uint32_t row, Tag tag) {
    if (tags.size() != row) tags.resize(row, static_cast<std::uint8_t>(Tag::Missing));
    tags.push_back(static_cast<std::uint8_t>(tag));
  }
  bool has_row(std::uint32_t row) const { return tags.size() > row; }

  // Gives the code of a key list, naming it where it is new.
  std::uint32_t shape_code(std::vector<PathId> keys, bool& is_new);

  // Forgets the shape named last, and every prediction.
  void drop_last_shape();

  // Keeps the first `count` rows only. Of the arrays dropped, the elements are dropped from the
  // count of their domain, not from its columns.
  void truncate(std::uint32_t count);

  // Tells how many keys an object here has on average, rounded up, at least 1. Leaves out the last
  // object, which is under way; 0 where there is no other.
  std::size_t average_keys() const;
};

}  // namespace arbors::batch
