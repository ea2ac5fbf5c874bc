#include "engine/batch/trees/tree_writer.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/json/values/writer.h"

namespace arbors::batch {
namespace {

constexpr std::uint32_t kWrittenAtOnce = 0x3FF;  // between two questions whether to stop

bool repeats(std::vector<PathId> keys) {
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

// GCC 12 takes functions that only prefetch for such as do nothing, and drops their calls, loops
// and all: the empty statement keeps them.
void fetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}

// Brings what the columns have of a row into the CPU's cache, all at once.
void prefetch_row(const std::vector<const Vector*>& columns, std::uint32_t row) {
  for (const Vector* column : columns) {
    if (!column->tags.empty()) fetch(&column->tags[row]);
    if (!column->integers.empty()) fetch(&column->integers[row]);
    column->codes.visit([row](const auto* words) {
      if (words != nullptr) fetch(words + row);
    });
  }
}

}  // namespace

TreeWriter::TreeWriter(BatchReader& batch, Counters* counters)
    : batch_(batch), counters_(counters) {}

// Trees are mostly written in their order: looks at the next row first.
bool TreeWriter::Node::find(std::uint32_t row) {
  const std::vector<std::uint32_t>& rows = sparse->rows;
  if (place < rows.size() && rows[place] == row) return true;
  const bool behind = place < rows.size() && rows[place] < row;
  const auto from = rows.begin() + (behind ? place + 1 : 0);
  const auto found =
      from != rows.end() && *from >= row ? from : std::lower_bound(from, rows.end(), row);
  if (found == rows.end() || *found != row) return false;
  place = static_cast<std::uint32_t>(found - rows.begin());
  return true;
}

void TreeWriter::expect(RowSpan rows) {
  if (expected_.size() > 1) expected_.clear();
  expected_[kRootPath].assign(rows.begin(), rows.end());
  ++expectations_;
}

void TreeWriter::let_go() {
  if (picked_.empty()) return;
  if (!none_) none_ = std::make_shared<SparseColumn>();
  for (Node* node : picked_) {
    node->sparse = none_;
    node->vector = nullptr;
  }
  picked_.clear();
  ++expectations_;
}

// Reads what was picked for other rows anew.
bool TreeWriter::find(Node& node, std::uint32_t row) {
  if (node.expected != 0 && node.expected != expectations_) {
    read(node);
    if (node.sparse == nullptr) return true;
  }
  return node.find(row);
}

void TreeWriter::prefetch(std::uint32_t row) const {
  const auto domain = domains_.find(kRootPath);
  if (domain == domains_.end()) return;
  prefetch_row(domain->second, row);
  const auto each_text = [&](const auto& visit) {
    for (const Vector* column : domain->second) {
      const bool here = column->strings && column->strings->folded == 0;
      if (here && column->tag(row) == Tag::String) visit(*column->strings, column->codes[row]);
    }
  };
  each_text([](const TextPool& pool, std::uint32_t text) { fetch(&pool.offsets[text]); });
  each_text([](const TextPool& pool, std::uint32_t text) {
    fetch(pool.heap.data() + pool.offsets[text]);
  });
}

void TreeWriter::write_tree(std::uint32_t row, std::string& out) {
  if (!write(kRootPath, row, out)) throw_corrupt("a tree is missing from its batch");
  if (counters_ != nullptr) ++counters_->materialize_calls;
}

bool TreeWriter::write(PathId path, std::uint32_t row, std::string& out) {
  Node& start = node(path);
  const Tag kind = tag(start, row);
  if (kind == Tag::Missing) return false;
  open_.clear();
  begin(start, kind, row, out);
  while (!open_.empty()) {
    if (open_.back().members != nullptr)
      continue_object(out);
    else
      continue_array(out);
  }
  return true;
}

// Writes a scalar, or opens an object or array.
void TreeWriter::begin(Node& node, Tag tag, std::uint32_t row, std::string& out) {
  const Vector& vector = *node.vector;
  const std::uint32_t at = node.at(row);
  if (tag == Tag::Object) {
    const auto& keys = members(node, vector.codes[at]);
    out += '{';
    open_.push_back({&node, &keys, row, 0, static_cast<std::uint32_t>(keys.size())});
  } else if (tag == Tag::Array) {
    const std::uint32_t first = vector.starts[at], end = vector.starts[at + 1];
    if (first == end) {  // reads no column of elements
      out += "[]";
      return;
    }
    out += '[';
    open_.push_back({element(node), nullptr, row, first, end});
    if (node.elements != nullptr) prefetch_row(*node.elements, first);
  } else {
    write_value(vector, at, out);
  }
}

// Writes members until one of them opens, or the object ends.
void TreeWriter::continue_object(std::string& out) {
  const std::size_t depth = open_.size();
  Open& object = open_.back();
  const std::uint32_t row = object.row;
  while (object.next < object.end) {
    Node& member = *(*object.members)[object.next++];
    const Tag tag = this->tag(member, row);
    if (tag == Tag::Missing) continue;
    const std::size_t comma = out.back() == '{' ? 0 : 1;
    out.append(member.key.data() + 1 - comma, member.key.size() - 1 + comma);
    if (tag == Tag::Integer) {
      json::write_integer(out, member.integers[member.at(row)]);
      continue;
    }
    begin(member, tag, row, out);
    if (open_.size() != depth) return;
  }
  out += '}';
  open_.pop_back();
}

void TreeWriter::continue_array(std::string& out) {
  const std::size_t depth = open_.size();
  Open& array = open_.back();
  while (array.next < array.end) {
    if (out.back() != '[') out += ',';
    const std::uint32_t row = array.next++;
    if ((row & kWrittenAtOnce) == 0) poll_interrupt(kWrittenAtOnce);
    begin(*array.node, tag(*array.node, row), row, out);
    if (open_.size() != depth) return;
  }
  out += ']';
  open_.pop_back();
}

TreeWriter::Node& TreeWriter::node(PathId path) {
  const auto [entry, fresh] = nodes_.try_emplace(path);
  Node& node = entry->second;
  if (!fresh) return node;
  node.path = path;
  if (!batch_.paths()[path].element && path != kRootPath) {
    node.key = ',';
    json::write_string(node.key, batch_.paths()[path].key);
    node.key += ':';
  }
  read(node);
  return node;
}

// Reads a path's column: the rows that are expected, or those that are not missing, or all.
void TreeWriter::read(Node& node) {
  const PathId path = node.path, domain = batch_.paths()[path].domain;
  node.expected = 0;
  node.sparse = nullptr;
  node.place = 0;
  if (const auto* rows = expected_rows(domain)) {
    if (VectorPtr picked = batch_.picked(path, *rows)) {
      auto few = std::make_shared<SparseColumn>();
      few->rows = *rows;
      few->values = std::move(picked);
      few->domain_rows = batch_.statistics(path)->rows;
      picked_.push_back(&node);
      node.sparse = std::move(few);
      node.expected = expectations_;
    }
  }
  if (node.sparse == nullptr) node.sparse = batch_.sparse_column(path);
  node.vector = node.sparse ? node.sparse->values : batch_.column(path);
  if (!node.vector) return;
  node.domain_rows = node.sparse ? node.sparse->domain_rows : node.vector->rows;
  if (domain == kRootPath && node.domain_rows != batch_.trees())
    throw_corrupt("a column holds another count of rows than its batch");
  node.tags = node.vector->tags.empty() ? nullptr : node.vector->tags.data();
  node.uniform = node.vector->uniform;
  node.integers = node.vector->integers.data();
  if (!node.sparse) domains_[domain].push_back(node.vector.get());
  if (!node.vector->shapes) return;
  if (node.members.empty()) {
    node.members.resize(node.vector->shapes->size());
    places_ += node.members.size();
  }
  if (node.members.size() != node.vector->shapes->size())
    throw_corrupt("an object's shapes are not those that were read before");
}

// Gives the rows of a domain that are expected; null where all may be.
const std::vector<std::uint32_t>* TreeWriter::expected_rows(PathId domain) {
  const auto known = expected_.find(domain);
  if (known != expected_.end()) return &known->second;
  if (domain == kRootPath) return nullptr;
  const PathId array = batch_.paths()[domain].parent;
  const auto* above = expected_rows(batch_.paths()[array].domain);
  if (above == nullptr) return nullptr;
  Node& arrays = node(array);
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : *above) {
    if (tag(arrays, row) != Tag::Array) continue;
    const std::uint32_t* start = &arrays.vector->starts[arrays.at(row)];
    for (std::uint32_t i = start[0]; i < start[1]; ++i) rows.push_back(i);
  }
  return &(expected_[domain] = std::move(rows));
}

// Checks what one column says of another: children are the path's own and listed once (or writing
// would not end) and have as many rows.
const std::vector<TreeWriter::Node*>& TreeWriter::members(Node& object, std::uint32_t shape) {
  if (object.members[shape].met) return object.members[shape].nodes;
  const std::vector<PathId>& keys = (*object.vector->shapes)[shape];
  if (repeats(keys)) throw_corrupt("a shape names a key twice");
  std::vector<Node*> members;
  for (const PathId key : keys) {
    if (key == kRootPath || batch_.paths()[key].parent != object.path ||
        batch_.paths()[key].element)
      throw_corrupt("a shape names a path of another object");
    Node& member = node(key);
    if (member.vector && member.domain_rows != object.domain_rows)
      throw_corrupt("a member's column holds another count of rows");
    members.push_back(&member);
  }
  places_ += members.size();
  object.members[shape] = {true, std::move(members)};
  return object.members[shape].nodes;
}

TreeWriter::Node* TreeWriter::element(Node& array) {
  if (array.element != nullptr) return array.element;
  const std::uint32_t rows = array.vector->starts.back();
  if (rows == 0) return nullptr;
  const PathId path = batch_.paths().find_element(array.path);
  array.element = path == kNoPath ? nullptr : &node(path);
  if (array.element == nullptr || !array.element->vector || array.element->domain_rows != rows)
    throw_corrupt("an array's elements are not as many as its lengths say");
  array.elements = &domains_[path];
  return array.element;
}

std::vector<PathId> paths_to_write(BatchReader& batch, PathId path) {
  std::vector<PathId> paths{path};
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (const PathId child : batch.paths().children(paths[i]))
      if (batch.statistics(child) != nullptr) paths.push_back(child);
  return paths;
}

}  // namespace arbors::batch
