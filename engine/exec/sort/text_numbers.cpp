#include "engine/exec/sort/text_numbers.h"

#include <algorithm>
#include <functional>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/text_table.h"
#include "engine/codec/texts/affixes.h"

namespace arbors::exec {

const std::vector<std::uint32_t>& TextNumbers::number(const batch::Vector& values) {
  const batch::TextPool& pool = *values.strings;
  auto& numbers = pools_[&pool];
  if (numbers.empty()) numbers.resize(pool.size(), kUnknown);
  new_.clear();
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if (values.tag(row) != batch::Tag::String) continue;
    const std::uint32_t entry = values.codes[row];
    if (numbers[entry] != kUnknown) continue;
    numbers[entry] = 0;
    new_.push_back({entry, pool[entry], 0});
  }
  constexpr std::size_t kAhead = 16;  // look-ups whose memory is fetched together
  PolledSteps steps;
  for (std::size_t first = 0; first < new_.size(); first += kAhead) {
    const auto some = std::span(new_).subspan(first, std::min(kAhead, new_.size() - first));
    fetch_ahead(some);
    for (const Entry& one : some) numbers[one.entry] = number(one);
    steps.step(some.size());
  }
  return numbers;
}

std::uint32_t TextNumbers::number(const Entry& entry) {
  if (texts_.size() * 2 >= slots_.size()) grow();
  for (std::size_t at = entry.hash;; ++at) {
    Slot& slot = slots_[at & (slots_.size() - 1)];
    if (slot.number == kUnknown) {
      slot = {entry.hash, static_cast<std::uint32_t>(texts_.size())};
      texts_.push_back(entry.text);
      return slot.number;
    }
    if (slot.hash == entry.hash && texts_[slot.number] == entry.text) return slot.number;
  }
}

// Hashes the texts; asks for each one's slot, then for the text that the slot names.
void TextNumbers::fetch_ahead(std::span<Entry> entries) const {
  for (Entry& entry : entries) {
    entry.hash = batch::hash_text(entry.text);
    if (!slots_.empty()) __builtin_prefetch(&slots_[entry.hash & (slots_.size() - 1)]);
  }
  for (const Entry& entry : entries) {
    if (slots_.empty()) return;
    const Slot& slot = slots_[entry.hash & (slots_.size() - 1)];
    if (slot.hash == entry.hash && slot.number != kUnknown)
      __builtin_prefetch(texts_[slot.number].data());
  }
}

void TextNumbers::grow() {
  std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.number == kUnknown) continue;
    std::size_t at = slot.hash;
    while (slots_[at & (slots_.size() - 1)].number != kUnknown) ++at;
    slots_[at & (slots_.size() - 1)] = slot;
  }
}

std::shared_ptr<const batch::TextPool> DomainNumbers::pool() const {
  auto pool = std::make_shared<batch::TextPool>();
  pool->folded = static_cast<std::uint32_t>(in_domain_.size());
  pool->distinct = true;
  pool->numbers = std::make_shared<batch::EntryNumbers>(domain_, in_domain_);
  return pool;
}

bool DomainNumbers::append(const batch::Vector& values, std::vector<std::uint32_t>& numbers) {
  const std::size_t begin = numbers.size();
  numbers.resize(begin + values.rows, TextNumbers::kUnknown);
  if (!values.strings || values.strings->size() == 0) return true;
  if (values.strings->numbers->domain() != domain_ || domain_->full()) return false;
  const batch::EntryNumbers::Numbers* known =
      values.strings->numbers->find(*values.strings, values.codes);
  if (known == nullptr) return false;
  of_domain_.resize(domain_->size(), TextNumbers::kUnknown);
  PolledSteps steps;
  values.codes.visit([&](const auto* codes) {
    for (std::uint32_t row = 0; row < values.rows; ++row, steps.step())
      if (values.tag(row) == batch::Tag::String)
        numbers[begin + row] = number(known[codes[row]].load(std::memory_order_relaxed));
  });
  return true;
}

std::uint32_t DomainNumbers::number(std::uint32_t in_domain) {
  std::uint32_t& number = of_domain_[in_domain];
  if (number == TextNumbers::kUnknown) {
    number = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back((*domain_)[in_domain]);
    in_domain_.push_back(in_domain);
  }
  return number;
}

std::uint64_t eight_bytes(std::string_view text, std::size_t place) {
  std::uint64_t bytes = 0;
  const std::string_view rest = text.substr(place);
  for (std::size_t i = 0; i < 8; ++i)
    bytes = bytes << 8 | (i < rest.size() ? static_cast<std::uint8_t>(rest[i]) : 0U);
  return bytes;
}

std::vector<std::uint32_t> binary_order(const std::vector<std::string_view>& texts) {
  const std::size_t shared = codec::shared_prefix(texts).size();
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order(texts.size());
  for (std::uint32_t number = 0; number < texts.size(); ++number)
    order[number] = {eight_bytes(texts[number], shared), number};
  PolledCompare less([&](const auto& left, const auto& right) {
    return left.first != right.first ? left.first < right.first
                                     : texts[left.second] < texts[right.second];
  });
  std::sort(order.begin(), order.end(), std::ref(less));
  std::vector<std::uint32_t> sorted(texts.size());
  std::transform(order.begin(), order.end(), sorted.begin(),
                 [](const auto& entry) { return entry.second; });
  return sorted;
}

}  // namespace arbors::exec
