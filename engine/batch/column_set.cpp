#include "engine/batch/column_set.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/batch/column_text.h"

namespace arbors::batch {
namespace {

constexpr std::size_t kFewKeys = 24;     // below, an object path is no map
constexpr std::size_t kMapRatio = 16;    // a map has this many times the keys of one object
constexpr double kDeeperBonus = 2;       // a path above must weigh this much more than one below
constexpr std::size_t kMaxFolds = 64;    // of a batch; it is then no use to go on one by one
constexpr std::size_t kRecordRatio = 4;  // a record's objects have a quarter of its keys

}  // namespace

ColumnSet::ColumnSet(const BuilderLimits& limits) : limits_(limits) {
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
  if ((fold_ = what_to_fold(object)) != nullptr) {
    fold_objects_ = true;
    return nullptr;
  }
  ColumnBuilder& added = add(object, false, key);
  object.children.emplace(added.key, &added);
  return &added;
}

ColumnBuilder* ColumnSet::elements(ColumnBuilder& array) {
  if (array.elements != nullptr) return array.elements;
  if (columns_.size() > limits_.max_paths) {
    fold_ = &array;
    fold_objects_ = false;
    return nullptr;
  }
  return array.elements = &add(array, true, {});
}

// Decides before a key is added to `object`. Looks at the average only now and then: it is a sum
// over all rows.
ColumnBuilder* ColumnSet::what_to_fold(ColumnBuilder& object) {
  if (columns_.size() > limits_.max_paths) return &heaviest(object);
  const std::size_t keys = object.children.size() + 1;
  const bool many = keys > limits_.max_keys;
  if (!many && (keys < kFewKeys || keys % kFewKeys != 0)) return nullptr;
  const std::size_t average = object.average_keys();
  // One object alone tells nothing.
  const bool is_map = average != 0 && keys > average * (many ? kRecordRatio : kMapRatio);
  return is_map ? &object : nullptr;
}

// Picks the object path that holds many paths in few objects, best if each has few of its keys: the
// deepest of those that come near the best. What it picks is shredded yet, so each fold is a step
// forward: `wanting`, where there is none better.
ColumnBuilder& ColumnSet::heaviest(ColumnBuilder& wanting) {
  std::unordered_map<const ColumnBuilder*, double> below;
  ColumnBuilder* best = &wanting;
  double best_score = 0;
  if (folds_ >= kMaxFolds) {
    for (ColumnBuilder* at = &wanting; at != nullptr; at = at->parent) {
      if (!at->children.empty()) best = at;
    }
    return *best;
  }
  for (auto at = columns_.rbegin(); at != columns_.rend(); ++at) {
    ColumnBuilder& column = **at;
    const double paths = below[&column];
    if (column.parent != nullptr) below[column.parent] += paths + 1;
    if (column.children.empty() || column.shape_of.empty()) continue;
    const auto keys = static_cast<double>(column.children.size());
    const auto average = static_cast<double>(column.average_keys());
    const double density = paths / static_cast<double>(column.shape_of.size());
    const double score = density * density * (average > 0 ? keys / average : 1);
    if (score <= best_score * kDeeperBonus) continue;
    best = &column;
    best_score = score;
  }
  return *best;
}

std::uint32_t ColumnSet::shape_code(ColumnBuilder& object, std::vector<PathId> keys) {
  bool is_new = false;
  const std::uint32_t code = object.shape_code(std::move(keys), is_new);
  if (is_new) new_shapes_.push_back(&object);
  return code;
}

void ColumnSet::begin_document() {
  mark_ = columns_.size();
  new_shapes_.clear();
}

void ColumnSet::roll_back() {
  for (const auto& column : columns_) column->truncate(column->domain->rows);
  const bool new_fold =
      std::any_of(columns_.begin() + static_cast<std::ptrdiff_t>(mark_), columns_.end(),
                  [&](const auto& column) { return column.get() == fold_; });
  if (new_fold) fold_place_ = place_of(*std::exchange(fold_, nullptr));
  for (ColumnBuilder* column : new_shapes_) column->drop_last_shape();
  new_shapes_.clear();
  while (columns_.size() > mark_) {
    ColumnBuilder& last = *columns_.back();
    if (last.element) {
      last.parent->elements = nullptr;
    } else {
      last.parent->children.erase(last.key);
      last.parent->trie.clear();
    }
    columns_.pop_back();
  }
}

// A path that the document brought is gone by now: it will be opaque when it comes again.
void ColumnSet::apply_fold() {
  ++folds_;
  if (fold_ == nullptr) {
    fold_later_.insert({std::move(fold_place_), fold_objects_});
  } else {
    fold(*std::exchange(fold_, nullptr), fold_objects_);
  }
}

void ColumnSet::fold(ColumnBuilder& column, bool objects) {
  const Tag folded = objects ? Tag::Object : Tag::Array;
  ColumnText::ColumnsById by_id;
  for (const auto& each : columns_) by_id.emplace(each->id, each.get());
  ColumnText text(by_id);
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
  drop_below(column, objects);
}

void ColumnSet::drop_below(ColumnBuilder& column, bool objects) {
  std::unordered_set<const ColumnBuilder*> dropped;
  for (const auto& each : columns_) {
    if (each->parent == nullptr) continue;
    const bool here = each->parent == &column && each->element != objects;
    if (here || dropped.contains(each->parent)) dropped.insert(each.get());
  }
  if (objects) {
    column.opaque_objects = true;
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
  std::erase_if(columns_, [&](const auto& each) { return dropped.contains(each.get()); });
}

}  // namespace arbors::batch
