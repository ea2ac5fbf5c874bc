#include "engine/expr/evaluate/text_column.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/batch/vectors/vector_builder.h"

namespace arbors::expr {

using batch::Tag;

std::uint32_t TextColumn::entry(std::string_view text) {
  if (pool_->heap.size() + text.size() > batch::kMostTextBytes)
    throw Error(ErrorCode::Limit, "the texts of one column of a result exceed 1 GiB");
  pool_->add(text);
  return static_cast<std::uint32_t>(pool_->size() - 1);
}

batch::VectorPtr TextColumn::finish() {
  auto vector = std::make_shared<batch::Vector>();
  vector->rows = static_cast<std::uint32_t>(codes_.size());
  vector->uniform = Tag::String;
  const auto nulls = static_cast<std::size_t>(std::count(codes_.begin(), codes_.end(), kNull));
  if (nulls < codes_.size()) {
    vector->kinds = batch::tag_bit(Tag::String);
    vector->strings = std::move(pool_);
  }
  if (nulls > 0) {
    vector->kinds |= batch::tag_bit(Tag::Null);
    vector->uniform = Tag::Null;
  }
  if (nulls > 0 && nulls < codes_.size()) {
    vector->tags.resize(codes_.size());
    for (std::size_t row = 0; row < codes_.size(); ++row) {
      const bool null = codes_[row] == kNull;
      vector->tags[row] = static_cast<std::uint8_t>(null ? Tag::Null : Tag::String);
      codes_[row] = null ? 0 : codes_[row];
    }
  }
  if (nulls < codes_.size()) vector->codes = batch::Codes(std::move(codes_));
  return vector;
}

}  // namespace arbors::expr
