#include "engine/batch/columns/text_builder.h"

#include <utility>

#include "engine/base/error.h"

namespace arbors::batch {

std::uint32_t TextBuilder::State::add_entry(std::string_view text, std::uint64_t hash,
                                            std::size_t slot) {
  const auto entry = static_cast<std::uint32_t>(buffer.pool.size());
  buffer.pool.add(text);
  hashes.push_back(hash);
  first_use.push_back(static_cast<std::uint32_t>(buffer.codes.size()));
  slots[slot] = entry + 1;
  if (2 * buffer.pool.size() > slots.size()) rehash(4 * slots.size());
  return entry;
}

void TextBuilder::State::rehash(std::size_t count) {
  slots.assign(count, 0);
  mask = count - 1;
  for (std::uint32_t entry = 0; entry < hashes.size(); ++entry) {
    std::size_t at = first_slot(hashes[entry]) & mask;
    while (slots[at] != 0) at = (at + 1) & mask;
    slots[at] = entry + 1;
  }
}

const TextBuffer& TextBuilder::buffer() const {
  static const TextBuffer kNoTexts;
  return state_ ? state_->buffer : kNoTexts;
}

// Looks again each time the stream has doubled: half as many texts as values do not pay.
void TextBuilder::review() {
  const TextBuffer& buffer = state_->buffer;
  state_->next_review = 2 * buffer.codes.size();
  if (2 * buffer.pool.size() <= buffer.codes.size()) return;
  auto plain = std::make_unique<State>();
  plain->buffer.pool.offsets.reserve(2 * buffer.codes.size());
  plain->buffer.pool.heap.reserve(2 * buffer.pool.heap.size());
  for (const std::uint32_t code : buffer.codes) plain->buffer.pool.add(buffer.pool[code]);
  state_ = std::move(plain);
}

void TextBuilder::truncate(std::size_t values) {
  if (values >= size()) return;
  TextBuffer& buffer = state_->buffer;
  std::size_t entries = values;
  if (buffer.dictionary) {
    buffer.codes.resize(values);
    entries = state_->first_use.size();
    while (entries > 0 && state_->first_use[entries - 1] >= values) --entries;
  }
  const bool shrinks = entries < buffer.pool.size();
  buffer.pool.offsets.resize(entries + 1);
  buffer.pool.heap.resize(buffer.pool.offsets.back());
  if (buffer.dictionary && shrinks) {
    state_->hashes.resize(entries);
    state_->first_use.resize(entries);
    state_->rehash(state_->slots.size());
  }
}

TextBuffer TextBuilder::take() {
  const std::unique_ptr<State> taken = std::exchange(state_, nullptr);
  if (!taken) return {};
  taken->buffer.pool.distinct = taken->buffer.dictionary;
  return std::move(taken->buffer);
}

}  // namespace arbors::batch
