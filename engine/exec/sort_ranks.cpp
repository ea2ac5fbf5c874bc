#include "engine/exec/sort_ranks.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "engine/exec/text_table.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using batch::TagSet;
using batch::Vector;

constexpr TagSet kIntegerTags =
    batch::tag_bit(Tag::False) | batch::tag_bit(Tag::True) | batch::tag_bit(Tag::Integer);
constexpr TagSet kRealTags = batch::tag_bit(Tag::Real) | batch::tag_bit(Tag::BigNumber);

std::int64_t integer_at(const Vector& values, std::size_t row, Tag tag) {
  return tag == Tag::Integer ? values.integers[row] : (tag == Tag::True ? 1 : 0);
}

bool is_null(Tag tag) { return tag == Tag::Missing || tag == Tag::Null; }

// Maps doubles to unsigned integers in the same order; both zeros to one. Never gives 0 or the
// greatest number, which stand for NULL.
std::uint64_t ordered_bits(double value) {
  if (value == 0) value = 0;  // drops the sign of -0.0
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}

// One distinct value of a mixed key: a number or a text that stays in its vector's pool.
struct Mixed {
  enum class Class : std::uint8_t { Integer, Real, Text } kind;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
};

Mixed mixed_at(const Vector& values, std::size_t row, Tag tag) {
  if ((batch::tag_bit(tag) & kIntegerTags) != 0)
    return {Mixed::Class::Integer, integer_at(values, row, tag), 0, {}};
  if ((batch::tag_bit(tag) & kRealTags) != 0) return {Mixed::Class::Real, 0, values.reals[row], {}};
  return {Mixed::Class::Text, 0, 0, values.text(row)};
}

int compare_mixed(const Mixed& left, const Mixed& right, Collation collation) {
  using Class = Mixed::Class;
  if (left.kind == Class::Text || right.kind == Class::Text) {
    if (left.kind != right.kind) return left.kind == Class::Text ? 1 : -1;
    return compare(left.text, right.text, collation);
  }
  if (left.kind == right.kind) {
    if (left.kind == Class::Integer)
      return left.integer < right.integer ? -1 : (left.integer > right.integer ? 1 : 0);
    return left.real < right.real ? -1 : (left.real > right.real ? 1 : 0);
  }
  return left.kind == Class::Integer ? compare(left.integer, right.real)
                                     : -compare(right.integer, left.real);
}

// Numbers the sorted distinct items 1, 2, …; items that compare equal share a number.
template <typename Item, typename Compare>
std::vector<std::uint64_t> dense_ranks(const std::vector<Item>& items, Compare compare_items) {
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    return compare_items(items[left], items[right]) < 0;
  });
  std::vector<std::uint64_t> ranks(items.size());
  std::uint64_t rank = 0;
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (at == 0 || compare_items(items[order[at - 1]], items[order[at]]) != 0) ++rank;
    ranks[order[at]] = rank;
  }
  return ranks;
}

// Ranks distinct texts by memcmp order: sorts by the eight bytes after what all of them share,
// which settles most comparisons without touching the texts.
std::vector<std::uint64_t> binary_ranks(const std::vector<std::string_view>& texts) {
  std::size_t shared = texts.empty() ? 0 : texts[0].size();
  for (const std::string_view text : texts) {
    const auto end = std::min(shared, text.size());
    const auto differ = std::mismatch(text.begin(), text.begin() + end, texts[0].begin()).first;
    shared = static_cast<std::size_t>(differ - text.begin());
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order(texts.size());
  for (std::uint32_t number = 0; number < texts.size(); ++number) {
    std::uint64_t head = 0;
    const std::string_view rest = texts[number].substr(shared);
    for (std::size_t i = 0; i < 8; ++i)
      head = head << 8 | (i < rest.size() ? static_cast<std::uint8_t>(rest[i]) : 0U);
    order[number] = {head, number};
  }
  std::sort(order.begin(), order.end(), [&](const auto& left, const auto& right) {
    return left.first != right.first ? left.first < right.first
                                     : texts[left.second] < texts[right.second];
  });
  std::vector<std::uint64_t> ranks(texts.size());
  for (std::size_t at = 0; at < order.size(); ++at) ranks[order[at].second] = at + 1;
  return ranks;
}

// Gives the entries of all pools numbers that are the same for equal texts. Keeps views: the texts
// stay in their pools.
class TextNumbers {
 public:
  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

  // The numbers of a pool's entries as far as they are known.
  std::vector<std::uint32_t>& of_pool(const batch::TextPool& pool) {
    auto& numbers = pools_[&pool];
    if (numbers.empty()) numbers.resize(pool.size(), kUnknown);
    return numbers;
  }

  std::uint32_t number(std::string_view text) {
    if (texts_.size() * 2 >= slots_.size()) grow();
    const std::uint64_t hash = hash_text(text);
    for (std::size_t at = hash;; ++at) {
      Slot& slot = slots_[at & (slots_.size() - 1)];
      if (slot.number == kUnknown) {
        slot = {hash, static_cast<std::uint32_t>(texts_.size())};
        texts_.push_back(text);
        return slot.number;
      }
      if (slot.hash == hash && texts_[slot.number] == text) return slot.number;
    }
  }

  const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t number = kUnknown;
  };

  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.number == kUnknown) continue;
      std::size_t at = slot.hash;
      while (slots_[at & (slots_.size() - 1)].number != kUnknown) ++at;
      slots_[at & (slots_.size() - 1)] = slot;
    }
  }

  std::unordered_map<const batch::TextPool*, std::vector<std::uint32_t>> pools_;
  std::vector<Slot> slots_;
  std::vector<std::string_view> texts_;
};

}  // namespace

void SortRanks::append(batch::VectorPtr values) {
  kinds_ |= values->kinds;
  rows_ += values->rows;
  values_.push_back(std::move(values));
}

std::vector<std::uint64_t> SortRanks::finish() {
  const TagSet kinds = static_cast<TagSet>(kinds_ & ~batch::kNullTags);
  std::int64_t least = 0;
  std::vector<std::uint64_t> ranks;
  if ((kinds & ~kIntegerTags) == 0 && integer_range(least)) {
    ranks = integer_ranks(least);
  } else if ((kinds & ~kRealTags) == 0) {
    ranks = real_ranks();
  } else if (kinds == batch::tag_bit(Tag::String)) {
    ranks = string_ranks();
  } else {
    ranks = mixed_ranks();
  }
  values_.clear();
  return ranks;
}

// Finds the least integer; false where the range leaves no room for the ranks of NULL.
bool SortRanks::integer_range(std::int64_t& least) const {
  std::int64_t low = INT64_MAX, high = INT64_MIN;
  for (const batch::VectorPtr& values : values_) {
    for (std::size_t row = 0; row < values->rows; ++row) {
      const Tag tag = values->tag(row);
      if (is_null(tag)) continue;
      const std::int64_t value = integer_at(*values, row, tag);
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  least = low;
  return low > high ||
         static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) < UINT64_MAX - 2;
}

std::vector<std::uint64_t> SortRanks::integer_ranks(std::int64_t least) const {
  std::vector<std::uint64_t> ranks;
  ranks.reserve(rows_);
  for (const batch::VectorPtr& values : values_) {
    for (std::size_t row = 0; row < values->rows; ++row) {
      const Tag tag = values->tag(row);
      if (is_null(tag)) {
        ranks.push_back(null_rank());
        continue;
      }
      const auto value = static_cast<std::uint64_t>(integer_at(*values, row, tag));
      ranks.push_back(directed(value - static_cast<std::uint64_t>(least) + 1));
    }
  }
  return ranks;
}

std::vector<std::uint64_t> SortRanks::real_ranks() const {
  std::vector<std::uint64_t> ranks;
  ranks.reserve(rows_);
  for (const batch::VectorPtr& values : values_)
    for (std::size_t row = 0; row < values->rows; ++row)
      ranks.push_back(is_null(values->tag(row)) ? null_rank()
                                                : directed(ordered_bits(values->reals[row])));
  return ranks;
}

// Numbers only the texts that rows hold: a filter may have left few of a pool's.
std::vector<std::uint64_t> SortRanks::string_ranks() const {
  TextNumbers texts;
  std::vector<std::uint64_t> ranks;  // numbers at first
  ranks.reserve(rows_);
  for (const batch::VectorPtr& values : values_) {
    if (!values->strings) {
      ranks.resize(ranks.size() + values->rows, TextNumbers::kUnknown);
      continue;
    }
    auto& numbers = texts.of_pool(*values->strings);
    for (std::size_t row = 0; row < values->rows; ++row) {
      if (values->tag(row) != Tag::String) {
        ranks.push_back(TextNumbers::kUnknown);
        continue;
      }
      std::uint32_t& number = numbers[values->codes[row]];
      if (number == TextNumbers::kUnknown) number = texts.number(values->text(row));
      ranks.push_back(number);
    }
  }
  const std::vector<std::uint64_t> of_text =
      collation_ == Collation::Binary
          ? binary_ranks(texts.texts())
          : dense_ranks(texts.texts(), [&](std::string_view left, std::string_view right) {
              return compare(left, right, collation_);
            });
  for (std::uint64_t& rank : ranks)
    rank = rank == TextNumbers::kUnknown ? null_rank() : directed(of_text[rank]);
  return ranks;
}

std::vector<std::uint64_t> SortRanks::mixed_ranks() const {
  std::vector<Mixed> items;
  std::vector<bool> nulls;
  items.reserve(rows_);
  nulls.reserve(rows_);
  for (const batch::VectorPtr& values : values_) {
    for (std::size_t row = 0; row < values->rows; ++row) {
      const Tag tag = values->tag(row);
      nulls.push_back(is_null(tag));
      if (!is_null(tag)) items.push_back(mixed_at(*values, row, tag));
    }
  }
  const std::vector<std::uint64_t> of_item =
      dense_ranks(items, [&](const Mixed& left, const Mixed& right) {
        return compare_mixed(left, right, collation_);
      });
  std::vector<std::uint64_t> ranks(rows_, null_rank());
  for (std::size_t row = 0, item = 0; row < rows_; ++row)
    if (!nulls[row]) ranks[row] = directed(of_item[item++]);
  return ranks;
}

namespace {

// Sorts by one key whose ranks span little by counting: linear, and stable by nature.
std::vector<std::uint32_t> counted_rows(const std::vector<std::uint64_t>& ranks,
                                        std::uint64_t least, std::size_t span) {
  std::vector<std::uint32_t> ends(span + 1, 0);
  for (const std::uint64_t rank : ranks) ++ends[rank - least + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> order(ranks.size());
  for (std::uint32_t row = 0; row < ranks.size(); ++row) order[ends[ranks[row] - least]++] = row;
  return order;
}

std::vector<std::uint32_t> sorted_by_one(const std::vector<std::uint64_t>& ranks) {
  const auto [low, high] = std::minmax_element(ranks.begin(), ranks.end());
  if (low != ranks.end() && *high - *low < std::max<std::uint64_t>(1024, 2 * ranks.size()))
    return counted_rows(ranks, *low, static_cast<std::size_t>(*high - *low) + 1);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> entries(ranks.size());
  for (std::uint32_t row = 0; row < ranks.size(); ++row) entries[row] = {ranks[row], row};
  std::sort(entries.begin(), entries.end());
  std::vector<std::uint32_t> order(ranks.size());
  std::transform(entries.begin(), entries.end(), order.begin(),
                 [](const auto& entry) { return entry.second; });
  return order;
}

}  // namespace

std::vector<std::uint32_t> sorted_rows(const std::vector<std::vector<std::uint64_t>>& keys) {
  if (keys.size() == 1) return sorted_by_one(keys.front());
  std::vector<std::uint32_t> order(keys.empty() ? 0 : keys.front().size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    for (const auto& ranks : keys)
      if (ranks[left] != ranks[right]) return ranks[left] < ranks[right];
    return left < right;
  });
  return order;
}

}  // namespace arbors::exec
