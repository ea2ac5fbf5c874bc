#include "engine/batch/build/opaque_choice.h"

#include <algorithm>

namespace arbors::batch {
namespace {

constexpr std::size_t kFewRecordKeys = 8;  // below, an object path is no map
constexpr std::size_t kFoldedRatio = 4;    // a map has this many times the keys of one object

std::size_t values_of(const ColumnBuilder& column) {
  std::uint32_t values = 0;  // narrow, so that several tags are counted at once
  for (const std::uint8_t tag : column.tags)
    values += tag != static_cast<std::uint8_t>(Tag::Missing);
  return values;
}

}  // namespace

OpaqueChoice::OpaqueChoice(const std::vector<std::unique_ptr<ColumnBuilder>>& columns)
    : columns_(columns), parent_(columns.size()), below_(columns.size()) {
  std::vector<std::size_t> place(columns.back()->id + std::size_t{1});
  for (std::size_t at = 0; at < columns.size(); ++at) {
    place[columns[at]->id] = at;
    if (at > 0) parent_[at] = place[columns[at]->parent->id];
  }
  for (std::size_t at = columns.size(); at-- > 0;) {
    const ColumnBuilder& column = *columns[at];
    below_[at].is_object = !column.children.empty();
    below_[at].is_map = is_map(column);
    below_[at].values = std::max<std::size_t>(below_[at].values, 1);
    if (at == 0) break;
    below_[parent_[at]].paths += below_[at].paths + 1;
    below_[parent_[at]].values += below_[at].values + values_of(column);
  }
}

bool OpaqueChoice::is_map(const ColumnBuilder& column) {
  return column.children.size() >= kFewRecordKeys && column.shape_of.size() > 1 &&
         column.children.size() > kFoldedRatio * column.average_keys();
}

std::vector<ColumnBuilder*> OpaqueChoice::choose(std::size_t wanted, double sparsest) const {
  std::vector<ColumnBuilder*> chosen;
  std::vector<bool> gone(columns_.size());  // chosen, or below what is chosen
  std::size_t freed = 0;
  for (double least = 1; least >= sparsest && freed < wanted; least /= 2) {
    for (const bool records : {false, true}) {
      for (std::size_t at = 1; at < columns_.size() && freed < wanted; ++at) {
        if (gone[at] || gone[parent_[at]]) {
          gone[at] = true;
          continue;
        }
        if (!below_[at].is_object || !(records || below_[at].is_map) || sparsity(at) < least)
          continue;
        gone[at] = true;
        freed += below_[at].paths;
        chosen.push_back(columns_[at].get());
      }
    }
  }
  // What was chosen may lie below what was chosen later.
  std::erase_if(chosen, [&](const ColumnBuilder* column) {
    for (const ColumnBuilder* above = column->parent; above != nullptr; above = above->parent)
      if (std::find(chosen.begin(), chosen.end(), above) != chosen.end()) return true;
    return false;
  });
  return chosen;
}

}  // namespace arbors::batch
