#include "engine/exec/value_numbers.h"

#include <bit>
#include <cmath>

namespace arbors::exec {
namespace {

using batch::Tag;

// An integer that a real equals exactly; the two are one value to SQL.
bool as_integer(double value, std::int64_t& integer) {
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return false;
  integer = static_cast<std::int64_t>(value);
  return static_cast<double>(integer) == value;
}

}  // namespace

// Lets a value of a plainer kind stand for a number.
template <typename Payload>
std::uint32_t ValueNumbers::represent(std::uint32_t entry, Tag tag, Payload payload) {
  if (tag < entries_[entry].tag) entries_[entry] = {tag, payload()};
  return entry;
}

void ValueNumbers::number(const batch::Vector& values, std::vector<std::uint32_t>& numbers) {
  numbers.resize(values.rows);
  if (values.tags.empty() && values.uniform == Tag::Integer)
    return number_integers(values, numbers);
  if (values.only(batch::tag_bit(Tag::String) | batch::kNullTags))
    return number_texts(values, numbers);
  for (std::uint32_t row = 0; row < values.rows; ++row) numbers[row] = number_row(values, row);
}

void ValueNumbers::number_integers(const batch::Vector& values,
                                   std::vector<std::uint32_t>& numbers) {
  std::int64_t last = 0;
  std::uint32_t number = kNone;
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    const std::int64_t value = values.integers[row];
    if (number == kNone || value != last) {
      last = value;
      number = integer_entry(value, Tag::Integer);
    }
    numbers[row] = number;
  }
}

void ValueNumbers::number_texts(const batch::Vector& values, std::vector<std::uint32_t>& numbers) {
  const std::size_t entries = values.strings ? values.strings->size() : 0;
  // Few rows of a big pool are looked up by themselves.
  const bool by_code = entries <= std::size_t{values.rows} * 4;
  if (by_code) of_code_.assign(entries, kNone);
  if (by_code && collation_ == Collation::Binary) number_new_codes(values);
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    const Tag tag = values.tag(row);
    if (tag != Tag::String) {
      numbers[row] = null_entry();
      continue;
    }
    const std::uint32_t code = values.codes[row];
    if (!by_code) {
      numbers[row] = text_entry((*values.strings)[code], tag);
      continue;
    }
    std::uint32_t& known = of_code_[code];
    if (known == kNone) known = text_entry((*values.strings)[code], tag);
    numbers[row] = known;
  }
}

// Numbers the dictionary entries that the rows name, in order of appearance, all look-ups together.
void ValueNumbers::number_new_codes(const batch::Vector& values) {
  constexpr std::uint32_t kPending = kNone - 1;
  new_codes_.clear();
  new_texts_.clear();
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if (values.tag(row) != Tag::String) {
      // Numbers follow appearance, so what came before NULL is settled first.
      if (null_ == kNone) break;
      continue;
    }
    const std::uint32_t code = values.codes[row];
    if (of_code_[code] != kNone) continue;
    of_code_[code] = kPending;
    new_codes_.push_back(code);
    new_texts_.push_back((*values.strings)[code]);
  }
  new_numbers_.resize(new_texts_.size());
  keys_.number(new_texts_, new_numbers_.data());
  for (std::size_t i = 0; i < new_codes_.size(); ++i) {
    if (new_numbers_[i] == text_entries_.size())
      text_entries_.push_back(add(Tag::String, new_numbers_[i]));
    of_code_[new_codes_[i]] = represent(text_entries_[new_numbers_[i]], Tag::String,
                                        [&] { return std::uint64_t{new_numbers_[i]}; });
  }
}

std::uint32_t ValueNumbers::number_row(const batch::Vector& values, std::size_t row) {
  const Tag tag = values.tag(row);
  switch (tag) {
    case Tag::Missing:
    case Tag::Null:
      return null_entry();
    case Tag::False:
    case Tag::True:
      return integer_entry(tag == Tag::True ? 1 : 0, tag);
    case Tag::Integer:
      return integer_entry(values.integers[row], tag);
    case Tag::Real:
      return real_entry(values.reals[row], tag, {});
    case Tag::BigNumber:
      return real_entry(values.reals[row], tag, values.text(row));
    default:
      return text_entry(values.text(row), tag);
  }
}

std::uint32_t ValueNumbers::add(Tag tag, std::uint64_t payload) {
  entries_.push_back({tag, payload});
  return static_cast<std::uint32_t>(entries_.size()) - 1;
}

std::uint32_t ValueNumbers::null_entry() {
  if (null_ == kNone) null_ = add(Tag::Null, 0);
  return null_;
}

std::uint32_t ValueNumbers::integer_entry(std::int64_t value, Tag tag) {
  const std::uint32_t index = integers_.number(static_cast<std::uint64_t>(value));
  const auto payload = [&] { return static_cast<std::uint64_t>(value); };
  if (index == integer_entries_.size()) integer_entries_.push_back(add(tag, payload()));
  return represent(integer_entries_[index], tag, payload);
}

std::uint32_t ValueNumbers::real_entry(double value, Tag tag, std::string_view digits) {
  std::int64_t integer = 0;
  const auto payload = [&] {
    return tag == Tag::BigNumber ? std::uint64_t{originals_.number(digits)}
                                 : std::bit_cast<std::uint64_t>(value);
  };
  if (as_integer(value, integer)) {
    const std::uint32_t index = integers_.number(static_cast<std::uint64_t>(integer));
    if (index == integer_entries_.size()) integer_entries_.push_back(add(tag, payload()));
    return represent(integer_entries_[index], tag, payload);
  }
  const std::uint32_t index = reals_.number(std::bit_cast<std::uint64_t>(value));
  if (index == real_entries_.size()) real_entries_.push_back(add(tag, payload()));
  return represent(real_entries_[index], tag, payload);
}

std::uint32_t ValueNumbers::text_entry(std::string_view text, Tag tag) {
  if (collation_ == Collation::Binary) {
    const std::uint32_t index = keys_.number(text);
    const auto payload = [&] { return std::uint64_t{index}; };
    if (index == text_entries_.size()) text_entries_.push_back(add(tag, payload()));
    return represent(text_entries_[index], tag, payload);
  }
  const std::uint32_t index = keys_.number(folded(text));
  if (index == text_entries_.size()) text_entries_.push_back(add(tag, originals_.number(text)));
  Entry& entry = entries_[text_entries_[index]];
  if (tag < entry.tag ||
      (tag == entry.tag && text < originals_[static_cast<std::uint32_t>(entry.payload)]))
    entry = {tag, originals_.number(text)};
  return text_entries_[index];
}

// Gives the text that all equal ones share under the collation.
std::string_view ValueNumbers::folded(std::string_view text) {
  if (collation_ == Collation::RTrim)
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (collation_ != Collation::NoCase) return text;
  folded_ = text;
  for (char& c : folded_)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded_;
}

batch::VectorPtr ValueNumbers::values() const {
  auto vector = std::make_shared<batch::Vector>();
  vector->rows = size();
  vector->tags.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    vector->tags.push_back(static_cast<std::uint8_t>(entry.tag));
    vector->kinds = static_cast<batch::TagSet>(vector->kinds | batch::tag_bit(entry.tag));
  }
  constexpr batch::TagSet kReals = batch::tag_bit(Tag::Real) | batch::tag_bit(Tag::BigNumber);
  constexpr batch::TagSet kTexts =
      batch::tag_bit(Tag::String) | batch::tag_bit(Tag::Opaque) | batch::tag_bit(Tag::BigNumber);
  if (vector->has(Tag::Integer)) vector->integers.resize(entries_.size());
  if ((vector->kinds & kReals) != 0) vector->reals.resize(entries_.size());
  if ((vector->kinds & kTexts) != 0) vector->codes.resize(entries_.size());
  for (std::size_t row = 0; row < entries_.size(); ++row) {
    const auto& [tag, payload] = entries_[row];
    if (tag == Tag::Integer) vector->integers[row] = static_cast<std::int64_t>(payload);
    if (tag == Tag::Real) vector->reals[row] = std::bit_cast<double>(payload);
    if ((batch::tag_bit(tag) & kTexts) != 0)
      vector->codes[row] = static_cast<std::uint32_t>(payload);
    if (tag == Tag::BigNumber)
      vector->reals[row] =
          std::strtod(std::string(originals_[vector->codes[row]]).c_str(), nullptr);
  }
  vector->strings = vector->opaque =
      collation_ == Collation::Binary ? keys_.pool() : originals_.pool();
  vector->big_numbers = originals_.pool();
  return vector;
}

}  // namespace arbors::exec
