#include "engine/batch/vectors/text_domain.h"

#include <algorithm>

namespace arbors::batch {

bool TextDomain::number(std::span<const std::string_view> texts, std::uint32_t* numbers) {
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  const std::lock_guard lock(mutex_);
  if (full_ || budget_->used + bytes > budget_->most) return find_all(texts, numbers);
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

// Numbers texts that all have numbers already, which takes no room; else the domain is full from
// now on.
bool TextDomain::find_all(std::span<const std::string_view> texts, std::uint32_t* numbers) {
  if (!full_) {
    texts_.find(texts, numbers);
    if (std::find(numbers, numbers + texts.size(), kNone) == numbers + texts.size()) return true;
  }
  full_ = true;
  return false;
}

std::optional<bool> TextDomain::repeats() const {
  const std::lock_guard lock(mutex_);
  return full_ ? false : repeats_;
}

void TextDomain::show(const TextPool& pool) {
  constexpr std::uint32_t kPools = 4;
  constexpr std::uint64_t kTexts = 8192, kOneIn = 32;
  std::vector<std::uint64_t> hashes;
  for (std::size_t entry = 0; entry < pool.size(); ++entry)
    if (const std::uint64_t hash = hash_text(pool[entry]); (hash >> 32) % kOneIn == 0)
      hashes.push_back(hash);
  const std::lock_guard lock(mutex_);
  ++shown_.pools;
  shown_.texts += pool.size();
  shown_.seen += hashes.size();
  shown_.different.insert(hashes.begin(), hashes.end());
  if (repeats_ || shown_.pools < kPools || shown_.texts < kTexts) return;
  repeats_ = shown_.seen * 8 >= shown_.different.size() * 9;
  shown_ = {};
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
  // Texts that were met one behind the other lie so within a block, and are copied together.
  const auto follows = [&](std::size_t at) {
    const std::string_view before = texts_[numbers[at - 1]];
    return numbers[at] == numbers[at - 1] + 1 &&
           texts_[numbers[at]].data() == before.data() + before.size();
  };
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t end = first + 1;
    while (end < numbers.size() && follows(end)) ++end;
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
const EntryNumbers::Numbers* EntryNumbers::find(const TextPool& pool, const Codes& codes) {
  if (complete_) return numbers_.get();
  std::call_once(allocated_, [this] { allocate(); });
  if (entries_ <= codes.size() * 2) return find_all(pool) ? numbers_.get() : nullptr;
  std::vector<std::uint32_t> unknown;
  codes.visit([&](const auto* words) {
    for (std::size_t row = 0; row < codes.size(); ++row)
      if ((*this)[words[row]] == TextDomain::kNone) unknown.push_back(words[row]);
  });
  return number(pool, unknown) ? numbers_.get() : nullptr;
}

bool EntryNumbers::complete(const TextPool& pool) {
  if (complete_) return true;
  std::call_once(allocated_, [this] { allocate(); });
  return find_all(pool);
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

std::string_view TextPool::numbered(std::size_t entry) const { return numbers->text(entry); }

VectorPtr without_texts(const Vector& column) {
  auto pool = std::make_shared<TextPool>();
  pool->folded = static_cast<std::uint32_t>(column.strings->size());
  pool->distinct = column.strings->distinct;
  pool->sorted = column.strings->sorted;
  pool->numbers = column.strings->numbers;
  auto folded = std::make_shared<Vector>(column);
  folded->strings = std::move(pool);
  return folded;
}

namespace {

VectorPtr with_pool(const Vector& column, Codes codes, TextPool pool) {
  auto unfolded = std::make_shared<Vector>(column);
  unfolded->codes = std::move(codes);
  unfolded->strings = std::make_shared<TextPool>(std::move(pool));
  return unfolded;
}

// The entries of the texts that rows have, row by row.
std::vector<std::uint32_t> entries_of_rows(const Vector& column) {
  std::vector<std::uint32_t> entries;
  entries.reserve(column.rows);
  for (std::uint32_t row = 0; row < column.rows; ++row)
    if (column.tag(row) == Tag::String) entries.push_back(column.codes[row]);
  return entries;
}

// The texts of some entries, each step made for all of them before the next: memory fetches many
// at a time.
std::vector<std::string_view> fetched(const TextPool& pool, std::vector<std::uint32_t> entries) {
  std::vector<std::string_view> texts(entries.size());
  if (pool.folded == 0) {
    for (const std::uint32_t entry : entries) __builtin_prefetch(&pool.offsets[entry]);
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = pool[entries[i]];
  } else {
    const EntryNumbers& numbers = *pool.numbers;
    for (const std::uint32_t entry : entries) numbers.fetch(entry);
    for (std::uint32_t& entry : entries) numbers.domain()->fetch_place(entry = numbers[entry]);
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = (*numbers.domain())[entries[i]];
  }
  for (const std::string_view text : texts) __builtin_prefetch(text.data());
  return texts;
}

}  // namespace

VectorPtr with_texts(VectorPtr column) {
  if (column->strings == nullptr || column->strings->folded == 0) return column;
  constexpr std::size_t kPlacesAhead = 32, kTextsAhead = 16;
  const TextPool& folded = *column->strings;
  const EntryNumbers& numbers = *folded.numbers;
  const TextDomain& domain = *numbers.domain();
  TextPool pool;
  pool.distinct = folded.distinct;
  pool.sorted = folded.sorted;
  pool.numbers = folded.numbers;
  std::size_t bytes = 0;
  for (std::size_t entry = 0; entry < folded.size(); ++entry) {
    if (entry + kPlacesAhead < folded.size()) domain.fetch_place(numbers[entry + kPlacesAhead]);
    bytes += domain[numbers[entry]].size();
  }
  pool.heap.reserve(bytes);
  pool.offsets.reserve(folded.size() + 1);
  for (std::size_t entry = 0; entry < folded.size(); ++entry) {
    if (entry + kTextsAhead < folded.size()) domain.fetch_text(numbers[entry + kTextsAhead]);
    pool.add(domain[numbers[entry]]);
  }
  return with_pool(*column, column->codes, std::move(pool));
}

VectorPtr with_texts_of_rows(VectorPtr column) {
  constexpr std::size_t kMostBytes = 1U << 20;  // so long ones are not worth copying
  const std::vector<std::string_view> texts = fetched(*column->strings, entries_of_rows(*column));
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  if (bytes > kMostBytes) return column;
  TextPool pool;
  pool.heap.reserve(bytes);
  pool.offsets.reserve(texts.size() + 1);
  std::vector<std::uint32_t> codes = column->codes.wide();
  for (std::uint32_t row = 0; row < column->rows; ++row) {
    if (column->tag(row) != Tag::String) continue;
    codes[row] = static_cast<std::uint32_t>(pool.size());
    pool.add(texts[pool.size()]);
  }
  return with_pool(*column, Codes(std::move(codes)), std::move(pool));
}

}  // namespace arbors::batch
