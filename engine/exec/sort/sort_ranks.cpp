#include "engine/exec/sort/sort_ranks.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <string_view>
#include <type_traits>
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

// Numbers the sorted distinct items 1, 2, …; items that compare equal share a number. Adds how many
// numbers there are.
template <typename Item, typename Compare>
std::vector<std::uint32_t> dense_ranks(const std::vector<Item>& items, Compare compare_items,
                                       std::uint64_t& numbers) {
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  PolledCompare less([&](std::uint32_t left, std::uint32_t right) {
    return compare_items(items[left], items[right]) < 0;
  });
  std::sort(order.begin(), order.end(), std::ref(less));
  std::vector<std::uint32_t> ranks(items.size());
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (at == 0 || compare_items(items[order[at - 1]], items[order[at]]) != 0) ++numbers;
    ranks[order[at]] = static_cast<std::uint32_t>(numbers);
  }
  return ranks;
}

std::shared_ptr<const batch::TextPool> pool_of(const std::vector<std::string_view>& texts,
                                               const std::vector<std::uint32_t>& order) {
  std::size_t size = 0;
  for (const std::string_view text : texts) size += text.size();
  if (size > UINT32_MAX) return nullptr;
  auto pool = std::make_shared<batch::TextPool>();
  pool->distinct = pool->sorted = true;
  pool->heap.reserve(size);
  pool->offsets.reserve(texts.size() + 1);
  for (const std::uint32_t number : order) pool->add(texts[number]);
  return pool;
}

}  // namespace

void SortRanks::append(batch::VectorPtr values) {
  kinds_ |= values->kinds;
  rows_ += values->rows;
  if (values_.empty() && number_in_domain(*values)) return;
  give_up_domain();
  values_.push_back(std::move(values));
}

Ranks SortRanks::finish(const ExecutionContext& context) {
  context.check_interrupt();
  const TagSet kinds = static_cast<TagSet>(kinds_ & ~batch::kNullTags);
  if (kinds != batch::tag_bit(Tag::String)) give_up_domain();
  std::int64_t least = 0;
  Ranks ranks;
  if ((kinds & ~kIntegerTags) == 0 && integer_range(least)) {
    ranks = integer_ranks(least);
    if (keeps_values_) ranked_values_ = RankedValues::integers(least);
  } else if ((kinds & ~kRealTags) == 0) {
    ranks = real_ranks();
  } else if (kinds == batch::tag_bit(Tag::String)) {
    ranks = string_ranks();
  } else {
    ranks = mixed_ranks();
  }
  if (ranked_values_) ranked_values_->direct(descending_, greatest_, null_rank());
  values_.clear();
  return ranks;
}

// Finds the least integer; false where the range leaves no room for the ranks of NULL.
bool SortRanks::integer_range(std::int64_t& least) {
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
  if (low > high) return true;
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  if (span >= UINT64_MAX - 2) return false;
  greatest_ = span + 1;
  return true;
}

Ranks SortRanks::integer_ranks(std::int64_t least) const {
  return Ranks::filled(rows_, greatest_ + 1, [&](auto& ranks) {
    using Word = typename std::decay_t<decltype(ranks)>::value_type;
    std::size_t at = 0;
    for (const batch::VectorPtr& values : values_) {
      for (std::size_t row = 0; row < values->rows; ++row) {
        const Tag tag = values->tag(row);
        const std::uint64_t rank =
            is_null(tag) ? null_rank()
                         : directed(static_cast<std::uint64_t>(integer_at(*values, row, tag)) -
                                    static_cast<std::uint64_t>(least) + 1);
        ranks[at++] = static_cast<Word>(rank);
      }
    }
  });
}

Ranks SortRanks::real_ranks() const {
  const std::uint64_t null = nulls_last_ ? UINT64_MAX : 0;
  std::vector<std::uint64_t> ranks;
  ranks.reserve(rows_);
  for (const batch::VectorPtr& values : values_) {
    for (std::size_t row = 0; row < values->rows; ++row) {
      if (is_null(values->tag(row))) {
        ranks.push_back(null);
        continue;
      }
      const std::uint64_t rank = ordered_bits(values->reals[row]);
      ranks.push_back(descending_ ? ~rank : rank);
    }
  }
  return Ranks(std::move(ranks));
}

bool SortRanks::number_in_domain(const Vector& values) {
  if (!values.only(static_cast<TagSet>(batch::kNullTags | batch::tag_bit(Tag::String))))
    return false;
  const std::size_t before = numbers_.size();
  if (before == 0) numbers_.reserve(expected_);
  if (!values.strings || values.strings->size() == 0) {
    numbers_.resize(before + values.rows, TextNumbers::kUnknown);
    return true;
  }
  if (!values.strings->numbers) return false;
  if (!domain_) domain_.emplace(values.strings->numbers->domain());
  if (domain_->append(values, numbers_)) return true;
  numbers_.resize(before);
  return false;
}

void SortRanks::give_up_domain() {
  if (numbers_.empty()) return;
  auto values = std::make_shared<Vector>();
  values->rows = static_cast<std::uint32_t>(numbers_.size());
  values->uniform = Tag::Null;
  values->kinds = batch::tag_bit(Tag::Null);
  if (domain_) {
    values->kinds |= batch::tag_bit(Tag::String);
    values->strings = domain_->pool();
    values->tags.resize(numbers_.size());
    for (std::size_t row = 0; row < numbers_.size(); ++row) {
      const bool null = numbers_[row] == TextNumbers::kUnknown;
      values->tags[row] = static_cast<std::uint8_t>(null ? Tag::Null : Tag::String);
      if (null) numbers_[row] = 0;
    }
    values->codes = batch::Codes(std::move(numbers_));
  }
  values_.insert(values_.begin(), std::move(values));
  numbers_ = {};
}

// Numbers only the texts that rows hold: a filter may have left few of a pool's.
void SortRanks::number_by_text(std::vector<std::uint32_t>& numbers,
                               std::vector<std::string_view>& texts) {
  TextNumbers found;
  for (const batch::VectorPtr& values : values_) {
    poll_interrupt();
    if (!values->strings) {
      numbers.resize(numbers.size() + values->rows, TextNumbers::kUnknown);
      continue;
    }
    const auto& of_entry = found.number(*values);
    for (std::size_t row = 0; row < values->rows; ++row)
      numbers.push_back(values->tag(row) == Tag::String ? of_entry[values->codes[row]]
                                                        : TextNumbers::kUnknown);
  }
  texts = found.texts();
}

Ranks SortRanks::string_ranks() {
  std::vector<std::uint32_t> numbers;
  std::vector<std::string_view> texts;
  if (values_.empty()) {
    numbers = std::move(numbers_);
    if (domain_) texts = domain_->texts();
  } else {
    numbers.reserve(rows_);
    number_by_text(numbers, texts);
  }
  std::vector<std::uint32_t> of_text;
  if (collation_ == Collation::Binary) {
    const std::vector<std::uint32_t> order = binary_order(texts);
    poll_interrupt();
    greatest_ = order.size();
    of_text.resize(order.size());
    for (std::size_t at = 0; at < order.size(); ++at)
      of_text[order[at]] = static_cast<std::uint32_t>(at + 1);
    if (keeps_values_)
      if (auto pool = pool_of(texts, order)) ranked_values_ = RankedValues::texts(std::move(pool));
  } else {
    of_text = dense_ranks(
        texts,
        [&](std::string_view left, std::string_view right) {
          return compare(left, right, collation_);
        },
        greatest_);
  }
  const auto null = static_cast<std::uint32_t>(null_rank());
  for (std::uint32_t& rank : of_text) rank = static_cast<std::uint32_t>(directed(rank));
  const auto rank_of = [&](std::uint32_t number) {
    return number == TextNumbers::kUnknown ? null : of_text[number];
  };
  if (greatest_ < UINT8_MAX) {
    std::vector<std::uint8_t> ranks(numbers.size());
    std::transform(numbers.begin(), numbers.end(), ranks.begin(), [&](std::uint32_t number) {
      return static_cast<std::uint8_t>(rank_of(number));
    });
    return Ranks(std::move(ranks));
  }
  for (std::uint32_t& number : numbers) number = rank_of(number);
  return Ranks(std::move(numbers));
}

Ranks SortRanks::mixed_ranks() {
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
  const std::vector<std::uint32_t> of_item = dense_ranks(
      items,
      [&](const Mixed& left, const Mixed& right) { return compare_mixed(left, right, collation_); },
      greatest_);
  std::vector<std::uint32_t> ranks(rows_, static_cast<std::uint32_t>(null_rank()));
  for (std::size_t row = 0, item = 0; row < rows_; ++row)
    if (!nulls[row]) ranks[row] = static_cast<std::uint32_t>(directed(of_item[item++]));
  return Ranks(std::move(ranks));
}

}  // namespace arbors::exec
