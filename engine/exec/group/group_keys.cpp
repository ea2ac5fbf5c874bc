#include "engine/exec/group/group_keys.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "engine/batch/vectors/vector_ops.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kNone = ValueNumbers::kNone;
constexpr std::size_t kAhead = 16;  // look-ups whose memory is fetched before it is asked for

std::uint64_t pair_of(std::uint32_t first, std::uint32_t last) {
  return std::uint64_t{first} << 32 | last;
}

// How many bits the numbers below `count` take.
unsigned bits_of(std::uint32_t count) {
  return static_cast<unsigned>(std::bit_width(count > 0 ? count - 1 : 0));
}

std::uint64_t low_bits(unsigned count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

}  // namespace

GroupKeys::GroupKeys(std::span<const Collation> collations, unsigned bits)
    : keys_(collations.begin(), collations.end()),
      bits_(bits),
      widths_(collations.size(), bits / static_cast<unsigned>(collations.size())),
      of_keys_(collations.size()) {}

void GroupKeys::number(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups) {
  if (single()) return keys_.front().number(*keys.front(), groups);
  for (std::size_t i = 0; i < keys.size(); ++i) keys_[i].number(*keys[i], of_keys_[i]);
  groups.resize(of_keys_.front().size());
  if (chain_.empty() && !make_room()) begin_chain();
  if (!chain_.empty()) return number_chained(groups);
  pack_rows(of_keys_, of_rows_);
  const std::uint64_t few = combinations();
  few <= groups.size() ? number_few(few, groups) : number_packed(groups);
}

bool GroupKeys::count(std::span<const batch::VectorPtr> keys, std::vector<GroupRows>& rows) {
  return single() && keys_.front().count(*keys.front(), rows);
}

void GroupKeys::number_all(const GroupKeys& other, std::vector<std::uint32_t>& groups) {
  if (single()) return keys_.front().number_all(other.keys_.front(), groups);
  number(other.values(), groups);
  varied_ = varied_ || other.varied();
}

bool GroupKeys::varied() const {
  return varied_ || std::any_of(keys_.begin(), keys_.end(),
                                [](const ValueNumbers& key) { return key.varied(); });
}

// Widens what is too narrow for the numbers there are, each by a bit more than it needs; false
// where the words have no room for all.
bool GroupKeys::make_room() {
  std::vector<unsigned> needed;
  bool fits = true;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    needed.push_back(bits_of(keys_[i].size()));
    fits = fits && needed[i] <= widths_[i];
  }
  if (fits) return true;
  const unsigned all = std::accumulate(needed.begin(), needed.end(), 0U);
  if (all > bits_) return false;
  const bool spare = all + needed.size() <= bits_;
  for (unsigned& width : needed) width += spare ? 1 : 0;
  const NumberTable before = std::move(words_);
  const std::vector<unsigned> narrow = std::exchange(widths_, std::move(needed));
  words_ = {};
  Numbers numbers(keys_.size());
  for (std::uint32_t group = 0; group < before.size(); ++group) {
    std::uint64_t word = before.key(group);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = static_cast<std::uint32_t>(word & low_bits(narrow[i]));
      word = narrow[i] >= 64 ? 0 : word >> narrow[i];
    }
    words_.number(packed(numbers));
  }
  return true;
}

std::uint64_t GroupKeys::packed(std::span<const std::uint32_t> numbers) const {
  std::uint64_t word = 0;
  for (std::size_t i = numbers.size(); i-- > 0;) word = word << widths_[i] | numbers[i];
  return word;
}

void GroupKeys::unpack(std::uint64_t word, std::span<std::uint32_t> numbers) const {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<std::uint32_t>(word & low_bits(widths_[i]));
    word >>= widths_[i];
  }
}

void GroupKeys::pack_rows(const std::vector<Numbers>& of_keys,
                          std::vector<std::uint64_t>& words) const {
  words.assign(of_keys.front().begin(), of_keys.front().end());
  unsigned shift = widths_.front();
  for (std::size_t i = 1; i < of_keys.size(); shift += widths_[i++]) {
    const std::uint32_t* numbers = of_keys[i].data();
    for (std::size_t row = 0; row < words.size(); ++row)
      words[row] |= std::uint64_t{numbers[row]} << shift;
  }
}

// How many groups there can be; at most 2^32 is told.
std::uint64_t GroupKeys::combinations() const {
  std::uint64_t all = 1;
  for (const ValueNumbers& key : keys_)
    all = std::min<std::uint64_t>(all * key.size(), std::uint64_t{1} << 32);
  return all;
}

// Looks each combination up once, in a table of all of them.
void GroupKeys::number_few(std::uint64_t combinations, Numbers& groups) {
  square_.assign(combinations, kNone);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    std::size_t place = 0;
    for (std::size_t i = keys_.size(); i-- > 0;) place = place * keys_[i].size() + of_keys_[i][row];
    std::uint32_t& known = square_[place];
    if (known == kNone) known = words_.number(of_rows_[row]);
    groups[row] = known;
  }
}

void GroupKeys::number_packed(Numbers& groups) {
  for (std::size_t row = 0; row < groups.size(); ++row) {
    if (row + kAhead < groups.size()) words_.fetch_ahead(of_rows_[row + kAhead]);
    const bool again = row > 0 && of_rows_[row] == of_rows_[row - 1];
    groups[row] = again ? groups[row - 1] : words_.number(of_rows_[row]);
  }
}

std::uint32_t GroupKeys::chained(std::span<const std::uint32_t> numbers) {
  std::uint32_t group = numbers.front();
  for (std::size_t i = 1; i < numbers.size(); ++i)
    group = chain_[i - 1].number(pair_of(group, numbers[i]));
  return group;
}

// Groups keep their numbers: the last table counts them in their order.
void GroupKeys::begin_chain() {
  chain_.resize(keys_.size() - 1);
  Numbers numbers(keys_.size());
  for (std::uint32_t group = 0; group < words_.size(); ++group) {
    unpack(words_.key(group), numbers);
    chained(numbers);
  }
  words_ = {};
}

void GroupKeys::number_chained(Numbers& groups) {
  Numbers numbers(keys_.size());
  for (std::size_t row = 0; row < groups.size(); ++row) {
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = of_keys_[i][row];
    groups[row] = chained(numbers);
  }
}

void GroupKeys::freeze() {
  for (ValueNumbers& key : keys_) key.freeze();
}

void GroupKeys::find(std::span<const batch::VectorPtr> keys,
                     std::vector<std::uint32_t>& groups) const {
  if (single()) return keys_.front().find(*keys.front(), groups);
  std::vector<Numbers> of_keys(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys_[i].find(*keys[i], of_keys[i]);
  groups.resize(of_keys.front().size());
  chain_.empty() ? find_packed(of_keys, groups) : find_chained(of_keys, groups);
}

void GroupKeys::find_packed(const std::vector<Numbers>& of_keys, Numbers& groups) const {
  std::vector<std::uint64_t> words;
  pack_rows(of_keys, words);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    if (row + kAhead < groups.size()) words_.fetch_ahead(words[row + kAhead]);
    const bool known = std::none_of(of_keys.begin(), of_keys.end(), [row](const Numbers& numbers) {
      return numbers[row] == kNone;
    });
    groups[row] = known ? words_.find(words[row]) : kNone;
  }
}

void GroupKeys::find_chained(const std::vector<Numbers>& of_keys, Numbers& groups) const {
  for (std::size_t row = 0; row < groups.size(); ++row) {
    std::uint32_t group = of_keys.front()[row];
    for (std::size_t i = 1; i < of_keys.size() && group != kNone; ++i) {
      const std::uint32_t number = of_keys[i][row];
      group = number == kNone ? kNone : chain_[i - 1].find(pair_of(group, number));
    }
    groups[row] = group;
  }
}

std::uint32_t GroupKeys::size() const {
  if (single()) return keys_.front().size();
  return chain_.empty() ? words_.size() : chain_.back().size();
}

// Each key's number of each group. Of chains, a group is a pair of a group of the keys before and a
// number of the last key.
std::vector<GroupKeys::Numbers> GroupKeys::numbers_of_groups() const {
  std::vector<Numbers> of_keys(keys_.size(), Numbers(size()));
  Numbers numbers(keys_.size());
  for (std::uint32_t group = 0; group < size(); ++group) {
    if (chain_.empty()) {
      unpack(words_.key(group), numbers);
    } else {
      std::uint32_t of_firsts = group;
      for (std::size_t i = keys_.size() - 1; i > 0; --i) {
        const std::uint64_t pair = chain_[i - 1].key(of_firsts);
        of_firsts = static_cast<std::uint32_t>(pair >> 32);
        numbers[i] = static_cast<std::uint32_t>(pair);
      }
      numbers.front() = of_firsts;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) of_keys[i][group] = numbers[i];
  }
  return of_keys;
}

std::vector<batch::VectorPtr> GroupKeys::values() const {
  if (single()) return {keys_.front().values()};
  const std::vector<Numbers> of_keys = numbers_of_groups();
  std::vector<batch::VectorPtr> values;
  for (std::size_t i = 0; i < keys_.size(); ++i)
    values.push_back(batch::gather(*keys_[i].values(), of_keys[i]));
  return values;
}

}  // namespace arbors::exec
