#include "engine/batch/text_builder.h"

#include <utility>

#include "engine/base/error.h"

namespace arbors::batch {

std::uint32_t TextBuilder::add_entry(std::string_view text, std::uint32_t hash, std::size_t slot) {
  const auto entry = static_cast<std::uint32_t>(buffer_.pool.size());
  buffer_.pool.add(text);
  hashes_.push_back(hash);
  first_use_.push_back(static_cast<std::uint32_t>(buffer_.codes.size()));
  slots_[slot] = entry + 1;
  if (2 * buffer_.pool.size() > slots_.size()) rehash(4 * slots_.size());
  return entry;
}

void TextBuilder::rehash(std::size_t slots) {
  slots_.assign(slots, 0);
  mask_ = slots - 1;
  for (std::uint32_t entry = 0; entry < hashes_.size(); ++entry) {
    std::size_t at = hashes_[entry] & mask_;
    while (slots_[at] != 0) at = (at + 1) & mask_;
    slots_[at] = entry + 1;
  }
}

// Looks again each time the stream has doubled: half as many texts as values do not pay.
void TextBuilder::review() {
  next_review_ = 2 * buffer_.codes.size();
  if (2 * buffer_.pool.size() <= buffer_.codes.size()) return;
  TextPool plain;
  plain.offsets.reserve(2 * buffer_.codes.size());
  plain.heap.reserve(2 * buffer_.pool.heap.size());
  for (const std::uint32_t code : buffer_.codes) plain.add(buffer_.pool[code]);
  *this = TextBuilder();
  buffer_.pool = std::move(plain);
}

void TextBuilder::truncate(std::size_t values) {
  if (values >= size()) return;
  std::size_t entries = values;
  if (buffer_.dictionary) {
    buffer_.codes.resize(values);
    entries = first_use_.size();
    while (entries > 0 && first_use_[entries - 1] >= values) --entries;
  }
  const bool shrinks = entries < buffer_.pool.size();
  buffer_.pool.offsets.resize(entries + 1);
  buffer_.pool.heap.resize(buffer_.pool.offsets.back());
  if (buffer_.dictionary && shrinks) {
    hashes_.resize(entries);
    first_use_.resize(entries);
    rehash(slots_.size());
  }
}

TextBuffer TextBuilder::take() {
  TextBuffer taken = std::move(buffer_);
  taken.pool.distinct = taken.dictionary;
  *this = TextBuilder();
  return taken;
}

}  // namespace arbors::batch
