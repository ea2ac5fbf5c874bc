#include "engine/exec/scan/flattened_batch.h"

#include <algorithm>
#include <map>

#include "engine/batch/vectors/tag.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using Shapes = std::vector<std::vector<PathId>>;

std::string joined_key(const PathDictionary& paths, PathId path) {
  const PathNode& node = paths[path];
  return node.parent == kRootPath ? node.key : joined_key(paths, node.parent) + '.' + node.key;
}

}  // namespace

batch::BatchReaderPtr FlattenedBatch::of(const batch::BatchReaderPtr& base) {
  std::shared_ptr<FlattenedBatch> flattened(new FlattenedBatch(base));
  if (!flattened->name_paths()) return nullptr;
  return flattened;
}

// Walks the paths of the trees' own (no array above them) in the order of their numbers, parents
// first.
bool FlattenedBatch::name_paths() {
  const PathDictionary& paths = base_->paths();
  note(kRootPath, kRootPath);
  std::vector<PathId> open{kRootPath};
  for (std::size_t at = 0; at < open.size(); ++at) {
    const PathId path = open[at];
    const batch::Statistics* const statistics = base_->statistics(path);
    if (statistics == nullptr) continue;
    if (statistics->count(Tag::Opaque) > 0) return false;
    if (path != kRootPath) {
      if (paths[path].key.find('.') != std::string::npos) return false;
      note(path, paths_.intern_key(kRootPath, joined_key(paths, path)));
    }
    if (statistics->count(Tag::Object) > 0) objects_.push_back(path);
    for (const PathId child : paths.children(path)) {
      if (paths[child].element)
        name_below(child, paths_.intern_element(to_.at(path)));
      else
        open.push_back(child);
    }
  }
  return true;
}

// Names what is in the elements of an array as it is named there.
void FlattenedBatch::name_below(PathId from, PathId to) {
  const PathDictionary& paths = base_->paths();
  std::vector<std::pair<PathId, PathId>> open{{from, to}};
  for (std::size_t at = 0; at < open.size(); ++at) {
    const auto [old_path, new_path] = open[at];
    note(old_path, new_path);
    for (const PathId child : paths.children(old_path)) {
      if (base_->statistics(child) == nullptr) continue;
      open.emplace_back(child, paths[child].element
                                   ? paths_.intern_element(new_path)
                                   : paths_.intern_key(new_path, paths[child].key));
    }
  }
}

void FlattenedBatch::note(PathId from, PathId to) {
  if (to >= from_.size()) from_.resize(to + std::size_t{1}, kNoPath);
  from_[to] = from;
  to_[from] = to;
}

bool FlattenedBatch::is_object_path(PathId path) const {
  return std::find(objects_.begin(), objects_.end(), path) != objects_.end();
}

// The base's columns that a column is made of.
std::vector<PathId> FlattenedBatch::needed(PathId path) const {
  const PathId from = from_[path];
  if (path == kRootPath) {
    std::vector<PathId> all = objects_;
    all.push_back(kRootPath);
    return all;
  }
  std::vector<PathId> all{from};
  if (is_object_path(from))
    for (const PathId child : base_->paths().children(from)) all.push_back(child);
  return all;
}

const batch::Statistics* FlattenedBatch::statistics(PathId path) {
  if (path >= from_.size()) return nullptr;
  const batch::Statistics* const base = base_->statistics(from_[path]);
  if (base == nullptr || path == kRootPath || !is_object_path(from_[path])) return base;
  const auto [known, fresh] = statistics_.try_emplace(path, *base);
  if (!fresh) return &known->second;
  // Objects with members are none here.
  const batch::VectorPtr values = column(path);
  std::uint32_t empty = 0;
  for (std::uint32_t row = 0; row < values->rows; ++row)
    empty += values->tag(row) == Tag::Object ? 1 : 0;
  auto& counts = known->second.counts;
  const auto object = static_cast<unsigned>(Tag::Object);
  counts[static_cast<unsigned>(Tag::Missing)] += counts[object] - empty;
  counts[object] = empty;
  return &known->second;
}

void FlattenedBatch::load(std::span<const PathId> paths) {
  std::vector<PathId> all;
  for (const PathId path : paths) {
    if (path >= from_.size()) continue;
    const std::vector<PathId> of_path = needed(path);
    all.insert(all.end(), of_path.begin(), of_path.end());
  }
  base_->load(all);
}

batch::VectorPtr FlattenedBatch::column(PathId path) {
  if (path >= from_.size()) return nullptr;
  const auto known = columns_.find(path);
  if (known != columns_.end()) return known->second;
  const PathId from = from_[path];
  if (path == kRootPath) return columns_[path] = objects();
  if (is_object_path(from)) return columns_[path] = without_members(from);
  const batch::VectorPtr column = base_->column(from);
  if (!column || !column->shapes) return column;
  return columns_[path] = renamed(column);
}

// The trees as objects of all keys below them: a shape for each combination of the shapes of their
// objects. A key may stand in it whose value is missing.
batch::VectorPtr FlattenedBatch::objects() {
  const batch::VectorPtr root = base_->column(kRootPath);
  if (!root->shapes) return root;
  std::vector<batch::VectorPtr> columns;
  for (const PathId path : objects_) columns.push_back(base_->column(path));
  auto result = std::make_shared<batch::Vector>(*root);
  Shapes shapes;
  std::map<std::vector<std::uint32_t>, std::uint32_t> known;
  std::vector<std::uint32_t> codes(columns.size()), numbers = root->codes.wide();
  const auto object_at = [&](PathId path) {
    return static_cast<std::size_t>(std::find(objects_.begin(), objects_.end(), path) -
                                    objects_.begin());
  };
  for (std::uint32_t row = 0; row < root->rows; ++row) {
    if (root->tag(row) != Tag::Object) continue;
    for (std::size_t i = 0; i < columns.size(); ++i)
      codes[i] = columns[i]->tag(row) == Tag::Object ? columns[i]->codes[row] + 1 : 0;
    const auto [shape, fresh] = known.try_emplace(codes, static_cast<std::uint32_t>(shapes.size()));
    numbers[row] = shape->second;
    if (!fresh) continue;
    std::vector<PathId> keys;
    std::vector<PathId> open{kRootPath};  // what comes next last
    while (!open.empty()) {
      const PathId path = open.back();
      open.pop_back();
      if (path != kRootPath) keys.push_back(to_.at(path));
      const std::size_t object = object_at(path);
      if (object == columns.size() || codes[object] == 0) continue;
      const std::vector<PathId>& members = (*columns[object]->shapes)[codes[object] - 1];
      for (auto member = members.rbegin(); member != members.rend(); ++member)
        if (to_.contains(*member)) open.push_back(*member);
    }
    shapes.push_back(std::move(keys));
  }
  result->codes = batch::Codes(std::move(numbers));
  result->shapes = std::make_shared<const Shapes>(std::move(shapes));
  return result;
}

// A column in which objects with members are missing, since these stand for them; empty ones stay.
batch::VectorPtr FlattenedBatch::without_members(PathId path) {
  const batch::VectorPtr column = base_->column(path);
  std::vector<batch::VectorPtr> members;
  for (const PathId child : base_->paths().children(path))
    if (!base_->paths()[child].element)
      if (batch::VectorPtr member = base_->column(child)) members.push_back(std::move(member));
  auto result = std::make_shared<batch::Vector>(*column);
  result->kinds = static_cast<batch::TagSet>(result->kinds | batch::tag_bit(Tag::Missing));
  result->shapes = std::make_shared<const Shapes>(1);
  result->tags.resize(column->rows);
  for (std::uint32_t row = 0; row < column->rows; ++row) {
    Tag tag = column->tag(row);
    if (tag == Tag::Object) {
      result->codes.blank(row);
      const auto is_there = [&](const batch::VectorPtr& member) {
        return member->tag(row) != Tag::Missing;
      };
      if (std::any_of(members.begin(), members.end(), is_there)) tag = Tag::Missing;
    }
    result->tags[row] = static_cast<std::uint8_t>(tag);
  }
  return result;
}

// Objects inside arrays, whose keys have other numbers here.
batch::VectorPtr FlattenedBatch::renamed(const batch::VectorPtr& column) const {
  auto result = std::make_shared<batch::Vector>(*column);
  Shapes shapes = *column->shapes;
  for (std::vector<PathId>& keys : shapes) {
    std::erase_if(keys, [this](PathId key) { return !to_.contains(key); });
    for (PathId& key : keys) key = to_.at(key);
  }
  result->shapes = std::make_shared<const Shapes>(std::move(shapes));
  return result;
}

Path unflattened(const Path& path) {
  if (path.steps.empty() || path.steps.front().kind != PathStep::Kind::Key) return path;
  Path result;
  const std::string& key = path.steps.front().key;
  for (std::size_t begin = 0;;) {
    const std::size_t dot = std::min(key.find('.', begin), key.size());
    result.steps.push_back({PathStep::Kind::Key, key.substr(begin, dot - begin), 0});
    if (dot == key.size()) break;
    begin = dot + 1;
  }
  result.steps.insert(result.steps.end(), path.steps.begin() + 1, path.steps.end());
  return result;
}

}  // namespace arbors::exec
