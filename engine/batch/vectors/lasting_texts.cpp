#include "engine/batch/vectors/lasting_texts.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/base/error.h"

namespace arbors::batch {
namespace {

constexpr std::size_t kLeastBlock = 1 << 10, kMostBlock = 1 << 18;  // bytes

}  // namespace

void LastingTexts::add(std::string_view text) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max())
    throw Error(ErrorCode::Limit, "a text takes more than 4 GiB");
  const auto [segment, within] = home(size_);
  std::unique_ptr<Place[]>& places = segments_.at(segment);
  if (places == nullptr) {
    const std::size_t count = kFirstSegment << segment;
    places = std::make_unique_for_overwrite<Place[]>(count);
    memory_ += count * sizeof(Place);
  }
  places[within] = {keep(text), static_cast<std::uint32_t>(text.size())};
  ++size_;
}

// Copies a text to where it stays.
const char* LastingTexts::keep(std::string_view text) {
  if (text.size() > left_) {
    const std::size_t usual = std::clamp(memory_ / 4, kLeastBlock, kMostBlock);
    const std::size_t bytes = std::max(usual, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    memory_ += bytes;
    free_ = blocks_.back().get();
    left_ = bytes;
  }
  char* const kept = free_;
  if (!text.empty()) std::memcpy(kept, text.data(), text.size());
  free_ += text.size();
  left_ -= text.size();
  return kept;
}

}  // namespace arbors::batch
