// Rebuilds JSON text, of whole trees or of any value inside them, from a batch's columns: key order
// by shapes, missing keys left out, arrays by their lengths, opaque texts as they stand. Columns
// are fetched once and kept for the writer's life; key texts are escaped once a path. A writer that
// is told which rows it will be asked for lets the batch decode these alone where they are few.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/counters.h"
#include "engine/batch/columns/batch_reader.h"

namespace arbors::batch {

class TreeWriter {
 public:
  // `batch` outlives the writer. `counters`, where given, counts whole trees written.
  explicit TreeWriter(BatchReader& batch, Counters* counters = nullptr);

  // Says that only these rows of the trees are written until it is called again. Ascending, once
  // each.
  void expect(RowSpan rows);

  // Lets go of what was read for expected rows alone.
  void let_go();

  // Brings what a row needs of the columns met so far into the CPU's cache, all at once: a row that
  // is read alone would miss it column by column.
  void prefetch(std::uint32_t row) const;

  // Appends the tree of a row.
  void write_tree(std::uint32_t row, std::string& out);

  // Appends the value of `path` at a row of the path's domain; nothing, and false, where it is
  // missing.
  bool write(PathId path, std::uint32_t row, std::string& out);

  // How many paths, and places of keys in shapes, it has met.
  std::size_t held() const { return nodes_.size() + places_; }

 private:
  struct Node;
  struct Members {
    bool met = false;
    std::vector<Node*> nodes;
  };
  // Columns with one number of rows, the trees' or some array's elements'.
  using Domain = std::vector<const Vector*>;
  // A path as far as writing has needed it. What is asked of every value stands together.
  struct Node {
    const std::uint8_t* tags = nullptr;  // null: all rows have the tag `uniform`
    Tag uniform = Tag::Missing;
    const std::int64_t* integers = nullptr;
    std::string key;               // `,"key":`
    std::vector<Members> members;  // of each shape met so far
    Node* element = nullptr;       // of an array met so far
    const Domain* elements = nullptr;
    VectorPtr vector;  // null where the path does not occur
    PathId path = kRootPath;
    SparseColumnPtr sparse;         // where `vector` holds some rows alone
    std::uint32_t domain_rows = 0;  // of the vector, or of the whole column
    std::uint32_t place = 0;        // in a sparse one, of the row last asked for
    std::uint32_t expected = 0;     // the call of expect() that a picked one was made for, else 0

    std::uint32_t at(std::uint32_t row) const { return sparse == nullptr ? row : place; }
    bool find(std::uint32_t row);
  };
  // An object or array under way: its next member, or its next element's row.
  struct Open {
    Node* node;
    const std::vector<Node*>* members;  // null for an array
    std::uint32_t row;                  // of an object
    std::uint32_t next;
    std::uint32_t end;
  };

  // A row's tag; node.at(row) then is where the vector has it.
  Tag tag(Node& node, std::uint32_t row) {
    if (node.sparse != nullptr && !find(node, row)) return Tag::Missing;
    return node.tags == nullptr ? node.uniform : static_cast<Tag>(node.tags[node.at(row)]);
  }
  bool find(Node& node, std::uint32_t row);
  Node& node(PathId path);
  void read(Node& node);
  const std::vector<std::uint32_t>* expected_rows(PathId domain);
  const std::vector<Node*>& members(Node& object, std::uint32_t shape);
  Node* element(Node& array);
  void begin(Node& node, Tag tag, std::uint32_t row, std::string& out);
  void continue_object(std::string& out);
  void continue_array(std::string& out);

  BatchReader& batch_;
  Counters* counters_;
  std::unordered_map<PathId, Node> nodes_;
  std::size_t places_ = 0;                      // in the members of all nodes
  std::unordered_map<PathId, Domain> domains_;  // of nodes_, by the array's element path, or root
  std::vector<Open> open_;
  // By domain as domains_, made when first asked for.
  std::unordered_map<PathId, std::vector<std::uint32_t>> expected_;
  std::uint32_t expectations_ = 0;  // calls of expect(), and of let_go()
  std::vector<Node*> picked_;       // the nodes that have some rows of these alone
  SparseColumnPtr none_;            // what they have when these are gone
};

// Lists the paths whose columns write(path, …) may read in this batch, `path` first: pass them to
// load().
std::vector<PathId> paths_to_write(BatchReader& batch, PathId path);

}  // namespace arbors::batch
