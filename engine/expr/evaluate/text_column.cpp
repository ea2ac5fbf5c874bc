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

std::uint32_t TextColumn::shared_entry(std::string_view text) {
  constexpr std::size_t kLately = 4096;
  constexpr std::uint32_t kTrial = 4096, kSeldom = 4;
  const bool seldom = asked_ >= kTrial && found_ < asked_ / kSeldom;
  if (text.size() > sizeof(Lately::bytes) || seldom) return entry(text);
  if (lately_.empty()) lately_.resize(kLately);
  ++asked_;
  Lately wanted;
  for (std::size_t i = 0; i < text.size(); ++i)
    wanted.bytes[i / 8] = wanted.bytes[i / 8] << 8 | static_cast<unsigned char>(text[i]);
  wanted.size = static_cast<std::uint32_t>(text.size()) + 1;
  const std::uint64_t mixed =
      (wanted.bytes[0] * 0x9E3779B97F4A7C15ULL ^ wanted.bytes[1]) * 0xC2B2AE3D27D4EB4FULL;
  Lately& known = lately_[mixed >> 52];
  if (known.size == wanted.size && known.bytes == wanted.bytes) {
    ++found_;
    return known.entry;
  }
  wanted.entry = entry(text);
  known = wanted;
  return known.entry;
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
