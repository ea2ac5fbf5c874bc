#include "engine/batch/build/column_builder.h"

#include <algorithm>
#include <utility>

namespace arbors::batch {

ColumnBuilder::ColumnBuilder(std::uint32_t number, ColumnBuilder* above, bool is_element,
                             std::string_view name)
    : id(number),
      parent(above),
      element(is_element),
      key(name),
      domain(is_element || above == nullptr ? this : above->domain),
      depth(above == nullptr ? 0 : above->depth + 1) {}

std::uint32_t ColumnBuilder::shape_code(std::vector<PathId> keys, bool& is_new) {
  const auto next = static_cast<std::uint32_t>(shapes.size());
  const auto [at, fresh] = shape_codes.emplace(std::move(keys), next);
  is_new = fresh;
  if (fresh) shapes.push_back(at->first);
  return at->second;
}

void ColumnBuilder::drop_last_shape() {
  shape_codes.erase(shapes.back());
  shapes.pop_back();
  trie.clear();
}

void ColumnBuilder::truncate(std::uint32_t count) {
  if (tags.size() <= count) return;
  std::size_t dropped[kTags] = {};
  for (std::size_t row = count; row < tags.size(); ++row) ++dropped[tags[row]];
  tags.resize(count);
  const auto of = [&dropped](Tag tag) { return dropped[static_cast<unsigned>(tag)]; };
  integers.resize(integers.size() - of(Tag::Integer));
  reals.resize(reals.size() - of(Tag::Real));
  strings.truncate(strings.size() - of(Tag::String));
  big_numbers.truncate(big_numbers.size() - of(Tag::BigNumber));
  opaque.truncate(opaque.size() - of(Tag::Opaque));
  for (std::size_t i = of(Tag::Array); i > 0; --i) {
    if (elements != nullptr) elements->rows -= lengths.back();
    lengths.pop_back();
  }
  shape_of.resize(shape_of.size() - of(Tag::Object));
}

std::size_t ColumnBuilder::average_keys() const {
  if (shape_of.size() < 2) return 0;
  const std::size_t objects = shape_of.size() - 1;
  std::size_t keys = 0;
  for (std::size_t i = 0; i < objects; ++i) keys += shapes[shape_of[i]].size();
  return std::max<std::size_t>((keys + objects - 1) / objects, 1);
}

}  // namespace arbors::batch
