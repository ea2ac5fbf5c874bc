#include "engine/batch/vectors/text_domain.h"

namespace arbors::batch {

bool TextDomain::number(std::span<const std::string_view> texts, std::uint32_t* numbers) {
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  const std::lock_guard lock(mutex_);
  if (full_ || budget_->used + bytes > budget_->most) {
    full_ = true;
    return false;
  }
  try {
    texts_.number(texts, numbers);
  } catch (...) {
    full_ = true;  // half of a text may have been added: nobody has its number, nobody gets another
    throw;
  }
  const std::size_t held = texts_.memory();
  budget_->used += held - held_;
  held_ = held;
  return true;
}

std::uint32_t TextDomain::size() const {
  const std::lock_guard lock(mutex_);
  return texts_.size();
}

void TextDomain::copy(std::span<const std::uint32_t> numbers, TextPool& to) const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = to.heap.size();
  for (const std::uint32_t number : numbers) bytes += texts_[number].size();
  to.heap.reserve(bytes);
  to.offsets.reserve(to.offsets.size() + numbers.size());
  // Texts that were met one behind the other lie so, and are copied together.
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t end = first + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    const char* const begin = texts_[numbers[first]].data();
    const std::string_view last = texts_[numbers[end - 1]];
    const auto base = static_cast<std::uint32_t>(to.heap.size());
    to.heap.insert(to.heap.end(), begin, last.data() + last.size());
    for (; first < end; ++first) {
      const std::string_view text = texts_[numbers[first]];
      to.offsets.push_back(base + static_cast<std::uint32_t>(text.data() + text.size() - begin));
    }
  }
}

EntryNumbers::EntryNumbers(TextDomainPtr domain, std::span<const std::uint32_t> numbers)
    : EntryNumbers(std::move(domain), numbers.size()) {
  std::call_once(allocated_, [this] { allocate(); });
  for (std::size_t entry = 0; entry < numbers.size(); ++entry)
    numbers_[entry].store(numbers[entry], std::memory_order_relaxed);
  complete_ = true;
}

void EntryNumbers::allocate() {
  numbers_ = std::make_unique_for_overwrite<Numbers[]>(entries_);
  for (std::size_t entry = 0; entry < entries_; ++entry)
    numbers_[entry].store(TextDomain::kNone, std::memory_order_relaxed);
}

// Looks all entries up where about as many rows are asked about, else those that are named.
const EntryNumbers::Numbers* EntryNumbers::find(const TextPool& pool,
                                                std::span<const std::uint32_t> codes) {
  if (complete_) return numbers_.get();
  std::call_once(allocated_, [this] { allocate(); });
  if (entries_ <= codes.size() * 2) return find_all(pool) ? numbers_.get() : nullptr;
  std::vector<std::uint32_t> unknown;
  for (const std::uint32_t code : codes)
    if (numbers_[code].load(std::memory_order_relaxed) == TextDomain::kNone)
      unknown.push_back(code);
  return number(pool, unknown) ? numbers_.get() : nullptr;
}

bool EntryNumbers::find_all(const TextPool& pool) {
  std::vector<std::uint32_t> unknown;
  for (std::uint32_t entry = 0; entry < entries_; ++entry)
    if (numbers_[entry].load(std::memory_order_relaxed) == TextDomain::kNone)
      unknown.push_back(entry);
  if (!number(pool, unknown)) return false;
  complete_ = true;
  return true;
}

bool EntryNumbers::number(const TextPool& pool, std::span<const std::uint32_t> entries) {
  if (entries.empty()) return true;
  std::vector<std::string_view> texts;
  texts.reserve(entries.size());
  for (const std::uint32_t entry : entries) texts.push_back(pool[entry]);
  std::vector<std::uint32_t> found(entries.size());
  if (!domain_->number(texts, found.data())) return false;
  for (std::size_t i = 0; i < entries.size(); ++i)
    numbers_[entries[i]].store(found[i], std::memory_order_relaxed);
  return true;
}

}  // namespace arbors::batch
