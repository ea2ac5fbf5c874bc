#include "engine/batch/build/column_set.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/batch/build/column_text.h"
#include "engine/batch/build/opaque_choice.h"

namespace arbors::batch {
namespace {

constexpr std::size_t kFewKeys = 24;     // below, an object path is no map
constexpr std::size_t kMapRatio = 16;    // a map has this many times the keys of one object
constexpr std::size_t kRecordRatio = 4;  // a record's objects have a quarter of its keys
constexpr double kSparse = 4;  // a sparse path has a value in fewer than one of so many trees
constexpr std::size_t kManyFolded = 32;
constexpr std::size_t kRoomShare = 4;  // of the columns: how many are folded, or added, at once

}  // namespace

ColumnSet::ColumnSet(const BuilderLimits& limits) : limits_(limits), room_(limits.max_paths) {
  columns_.push_back(std::make_unique<ColumnBuilder>(next_id_++, nullptr, false, ""));
}

ColumnBuilder& ColumnSet::add(ColumnBuilder& parent, bool element, std::string_view key) {
  ColumnBuilder& added =
      *columns_.emplace_back(std::make_unique<ColumnBuilder>(next_id_++, &parent, element, key));
  if (!fold_later_.empty()) {
    const Place place = place_of(added);
    added.opaque_objects = fold_later_.contains({place, true});
    added.opaque_arrays = fold_later_.contains({place, false});
  }
  if (element) return added;
  // Where most of an object's members were folded, the next ones would be, too.
  if (parent.folded >= kManyFolded && parent.folded * 2 >= parent.children.size())
    added.opaque_objects = true;
  parent.folded += added.opaque_objects ? 1 : 0;
  return added;
}

ColumnSet::Place ColumnSet::place_of(const ColumnBuilder& column) {
  Place place;
  for (const ColumnBuilder* at = &column; at->parent != nullptr; at = at->parent) {
    place.emplace_back(at->element, at->key);
  }
  return place;
}

ColumnBuilder* ColumnSet::child(ColumnBuilder& object, std::string_view key) {
  const auto known = object.children.find(key);
  if (known != object.children.end()) return known->second;
  if (is_map(object)) {
    folds_ = {&object};
    fold_objects_ = true;
    return nullptr;
  }
  if (is_full() && make_room(object, true)) return nullptr;
  ColumnBuilder& added = add(object, false, key);
  object.children.emplace(added.key, &added);
  return &added;
}

ColumnBuilder* ColumnSet::elements(ColumnBuilder& array) {
  if (array.elements != nullptr) return array.elements;
  if (is_full() && make_room(array, false)) return nullptr;
  return array.elements = &add(array, true, {});
}

std::size_t ColumnSet::values_a_column() const {
  std::size_t values = 0;
  for (const auto& column : columns_)
    values += column->tags.size() -
              static_cast<std::size_t>(std::count(column->tags.begin(), column->tags.end(),
                                                  static_cast<std::uint8_t>(Tag::Missing)));
  return values / columns_.size();
}

bool ColumnSet::is_full() const {
  return columns_.size() > room_ || columns_.size() * columns_.front()->rows > limits_.most_cells;
}

// Decides before a key is added to `object`. Looks at the average only now and then: it is a sum
// over all rows.
bool ColumnSet::is_map(const ColumnBuilder& object) const {
  if (object.parent == nullptr) return false;
  const std::size_t keys = object.children.size() + 1;
  const bool many = keys > limits_.max_keys;
  if (!many && (keys < kFewKeys || keys % kFewKeys != 0)) return false;
  const std::size_t average = object.average_keys();
  // One object alone tells nothing.
  return average != 0 && keys > average * (many ? kRecordRatio : kMapRatio);
}

// Decides what to fold before a path is added below `wanting`: what is sparse, or anything where
// nothing else helps. False where all is dense and there may be more paths.
bool ColumnSet::make_room(ColumnBuilder& wanting, bool objects) {
  const std::size_t paths = columns_.size() - 1;
  const std::uint32_t trees = columns_.front()->rows;
  const bool must = paths >= limits_.most_paths || columns_.size() * trees > limits_.most_cells;
  folds_ = OpaqueChoice(columns_).choose(paths / kRoomShare + 1, must ? 0x1p-32 : kSparse / trees);
  fold_objects_ = true;
  if (folds_.empty() && !must) {
    room_ = std::min(limits_.most_paths, paths + paths / kRoomShare + 1);
    return false;
  }
  if (!folds_.empty()) return true;
  // Nothing is left but scalars and arrays: the root goes, or a lone path.
  folds_ = {&wanting};
  fold_objects_ = objects;
  if (ColumnBuilder& root = *columns_.front(); objects && !root.children.empty()) folds_ = {&root};
  return true;
}

std::uint32_t ColumnSet::shape_code(ColumnBuilder& object, std::vector<PathId> keys) {
  bool is_new = false;
  const std::uint32_t code = object.shape_code(std::move(keys), is_new);
  if (is_new) new_shapes_.push_back(&object);
  return code;
}

void ColumnSet::begin_document() {
  mark_ = columns_.size();
  first_new_ = next_id_;
  new_shapes_.clear();
}

void ColumnSet::roll_back() {
  for (const auto& column : columns_) column->truncate(column->domain->rows);
  std::erase_if(folds_, [&](const ColumnBuilder* column) {
    const bool is_new = column->id >= first_new_;
    if (is_new) new_folds_.push_back(place_of(*column));
    return is_new;
  });
  for (ColumnBuilder* column : new_shapes_) column->drop_last_shape();
  new_shapes_.clear();
  while (columns_.size() > mark_) {
    ColumnBuilder& last = *columns_.back();
    if (last.element) {
      last.parent->elements = nullptr;
    } else {
      last.parent->children.erase(last.key);
      last.parent->folded -= last.opaque_objects ? 1 : 0;
      last.parent->trie.clear();
    }
    columns_.pop_back();
  }
}

// Paths that the document brought are gone by now: they will be opaque when they come again.
void ColumnSet::apply_fold() {
  for (Place& place : new_folds_) fold_later_.insert({std::move(place), fold_objects_});
  new_folds_.clear();
  fold_all(folds_, fold_objects_);
  folds_.clear();
}

void ColumnSet::fold(ColumnBuilder& column, bool objects) { fold_all({&column}, objects); }

void ColumnSet::fold_all(const std::vector<ColumnBuilder*>& folds, bool objects) {
  ColumnText::ColumnsById by_id(next_id_);
  for (const auto& column : columns_) by_id[column->id] = column.get();
  ColumnText text(by_id);
  std::vector<bool> dropped(next_id_);
  for (ColumnBuilder* column : folds) {
    for (const auto& [key, child] : column->children) dropped[child->id] = objects;
    if (column->elements != nullptr) dropped[column->elements->id] = !objects;
    fold(*column, objects, text);
  }
  for (const auto& column : columns_)
    if (column->parent != nullptr && dropped[column->parent->id]) dropped[column->id] = true;
  std::erase_if(columns_, [&](const auto& column) { return dropped[column->id]; });
}

// Writes the values as text; leaves the columns below where they are.
void ColumnSet::fold(ColumnBuilder& column, bool objects, ColumnText& text) {
  const Tag folded = objects ? Tag::Object : Tag::Array;
  TextBuilder opaque;
  std::string json;
  std::size_t kept = 0;
  for (std::uint32_t row = 0; row < column.tags.size(); ++row) {
    const auto tag = static_cast<Tag>(column.tags[row]);
    if (tag == Tag::Opaque) opaque.add(column.opaque.buffer()[kept++]);
    if (tag != folded) continue;
    json.clear();
    text.write(column, row, json);
    opaque.add(json);
  }
  std::replace(column.tags.begin(), column.tags.end(), static_cast<std::uint8_t>(folded),
               static_cast<std::uint8_t>(Tag::Opaque));
  column.opaque = std::move(opaque);
  forget_below(column, objects);
}

void ColumnSet::forget_below(ColumnBuilder& column, bool objects) {
  if (objects) {
    if (column.parent != nullptr && !column.element && !column.opaque_objects)
      ++column.parent->folded;
    column.opaque_objects = true;
    column.folded = 0;
    column.shape_of.clear();
    column.shapes.clear();
    column.shape_codes.clear();
    column.children.clear();
    column.trie.clear();
  } else {
    column.opaque_arrays = true;
    column.lengths.clear();
    column.elements = nullptr;
  }
}

}  // namespace arbors::batch
