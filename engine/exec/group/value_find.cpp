// Looks values up among those that were numbered, by as many threads as there are.
#include <bit>
#include <utility>

#include "engine/exec/group/folded_text.h"
#include "engine/exec/group/text_translation.h"
#include "engine/exec/group/value_numbers.h"
#include "engine/exec/group/whole_number.h"

namespace arbors::exec {

using batch::Tag;

void ValueNumbers::freeze() {
  translation_ = std::make_shared<TextTranslation>();
  // A domain may still be entered, with no texts, where known values are numbered once more.
  domain_texts_ = std::make_shared<DomainTexts>();
}

// Gives the texts of a domain a table of their own: what is looked up is of another.
const DomainTexts& ValueNumbers::texts_of_domain() const {
  return domain_texts_->made([this](batch::TextTable& keys, std::vector<std::uint32_t>& entries) {
    batch::TextPool texts;
    domain_->copy(in_domain_, texts);
    std::vector<std::string_view> in_order(texts.size());
    for (std::size_t text = 0; text < in_order.size(); ++text) in_order[text] = texts[text];
    std::vector<std::uint32_t> numbers(in_order.size());
    keys.number(in_order, numbers.data());
    for (std::uint32_t entry = 0; entry < entries_.size(); ++entry)
      if (entries_[entry].tag == Tag::String || entries_[entry].tag == Tag::Opaque)
        entries.push_back(entry);
  });
}

void ValueNumbers::find(const batch::Vector& values, std::vector<std::uint32_t>& numbers) const {
  numbers.resize(values.rows);
  if (values.tags.empty() && values.uniform == Tag::Integer) {
    for (std::uint32_t row = 0; row < values.rows; ++row) {
      const auto value = static_cast<std::uint64_t>(values.integers[row]);
      numbers[row] = value < small_.size() && small_[value] != kNone
                         ? small_[value]
                         : find_integer(values.integers[row]);
    }
    return;
  }
  if (values.only(batch::tag_bit(Tag::String) | batch::kNullTags))
    return find_texts(values, numbers);
  std::string space;
  for (std::uint32_t row = 0; row < values.rows; ++row) numbers[row] = find_row(values, row, space);
}

std::uint32_t ValueNumbers::find_integer(std::int64_t value) const {
  const std::uint32_t index = integers_.find(static_cast<std::uint64_t>(value));
  return index == NumberTable::kNone ? kNone : integer_entries_[index];
}

std::uint32_t ValueNumbers::find_real(double value) const {
  std::int64_t integer = 0;
  if (as_integer(value, integer)) return find_integer(integer);
  const std::uint32_t index = reals_.find(std::bit_cast<std::uint64_t>(value));
  return index == NumberTable::kNone ? kNone : real_entries_[index];
}

std::uint32_t ValueNumbers::find_text(std::string_view text, std::string& space) const {
  if (domain_) {
    const DomainTexts& texts = texts_of_domain();
    const std::uint32_t index = texts.keys.find(text);
    return index == batch::TextTable::kNone ? kNone : texts.entries[index];
  }
  const std::uint32_t index =
      keys_.find(collation_ == Collation::Binary ? text : folded_text(text, collation_, space));
  return index == batch::TextTable::kNone ? kNone : text_entries_[index];
}

std::uint32_t ValueNumbers::find_row(const batch::Vector& values, std::size_t row,
                                     std::string& space) const {
  const Tag tag = values.tag(row);
  switch (tag) {
    case Tag::Missing:
    case Tag::Null:
      return null_;
    case Tag::False:
    case Tag::True:
      return find_integer(tag == Tag::True ? 1 : 0);
    case Tag::Integer:
      return find_integer(values.integers[row]);
    case Tag::Real:
    case Tag::BigNumber:
      return find_real(values.reals[row]);
    default:
      return find_text(values.text(row), space);
  }
}

void ValueNumbers::find_texts(const batch::Vector& values,
                              std::vector<std::uint32_t>& numbers) const {
  if (find_in_domain(values, numbers) || find_translated(values, numbers)) return;
  const std::size_t entries = values.strings ? values.strings->size() : 0;
  std::string space;
  if (entries > std::size_t{values.rows} * 4) {
    for (std::uint32_t row = 0; row < values.rows; ++row)
      numbers[row] = find_row(values, row, space);
    return;
  }
  // Each text that the rows name is looked up once, all of them together.
  constexpr std::uint32_t kUnknown = kNone - 1, kAsked = kNone - 2;
  std::vector<std::uint32_t> of_code(entries, kUnknown), asked;
  std::vector<std::string_view> texts;
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if (values.tag(row) != Tag::String) continue;
    const std::uint32_t code = values.codes[row];
    if (std::exchange(of_code[code], kAsked) == kAsked) continue;
    asked.push_back(code);
    texts.push_back((*values.strings)[code]);
  }
  const std::vector<std::uint32_t> found = find_each(texts);
  for (std::size_t i = 0; i < asked.size(); ++i) of_code[asked[i]] = found[i];
  for (std::uint32_t row = 0; row < values.rows; ++row)
    numbers[row] = values.tag(row) == Tag::String ? of_code[values.codes[row]] : null_;
}

// Finds texts, each once, in the table at once where they compare as they are.
std::vector<std::uint32_t> ValueNumbers::find_each(std::span<const std::string_view> texts) const {
  std::vector<std::uint32_t> found(texts.size());
  if (texts.empty()) return found;
  if (collation_ == Collation::Binary) {
    const DomainTexts* const of_domain = domain_ ? &texts_of_domain() : nullptr;
    const auto& entries = of_domain != nullptr ? of_domain->entries : text_entries_;
    (of_domain != nullptr ? of_domain->keys : keys_).find(texts, found.data());
    for (std::uint32_t& index : found)
      index = index == batch::TextTable::kNone ? kNone : entries[index];
  } else {
    std::string space;
    for (std::size_t i = 0; i < texts.size(); ++i) found[i] = find_text(texts[i], space);
  }
  return found;
}

// Finds texts by their numbers in a domain of their own, where they have been asked about before.
bool ValueNumbers::find_translated(const batch::Vector& values,
                                   std::vector<std::uint32_t>& numbers) const {
  if (!values.strings || !values.strings->numbers || !values.strings->numbers->asked_before() ||
      !translation_->serves(values.strings->numbers->domain()))
    return false;
  const batch::EntryNumbers::Numbers* known =
      values.strings->numbers->find(*values.strings, values.codes);
  if (known == nullptr || !translate_new(values, known)) return false;
  values.codes.visit([&](const auto* codes) {
    for (std::uint32_t row = 0; row < values.rows; ++row)
      numbers[row] = values.tag(row) == Tag::String
                         ? (*translation_)[known[codes[row]].load(std::memory_order_relaxed)]
                         : null_;
  });
  return true;
}

// Looks up the texts that no block before had, all together; false where the translation has no
// room for one.
bool ValueNumbers::translate_new(const batch::Vector& values,
                                 const batch::EntryNumbers::Numbers* known) const {
  std::vector<std::uint32_t> in_domain;
  std::vector<std::string_view> texts;
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if (values.tag(row) != Tag::String) continue;
    const std::uint32_t code = values.codes[row];
    const std::uint32_t text = known[code].load(std::memory_order_relaxed);
    if (text >= translation_->size()) return false;
    if ((*translation_)[text] != TextTranslation::kUnknown) continue;
    in_domain.push_back(text);
    texts.push_back((*values.strings)[code]);
  }
  const std::vector<std::uint32_t> found = find_each(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) translation_->set(in_domain[i], found[i]);
  return true;
}

// Finds texts by their numbers in the domain, where both are of one.
bool ValueNumbers::find_in_domain(const batch::Vector& values,
                                  std::vector<std::uint32_t>& numbers) const {
  if (!domain_ || !values.strings || !values.strings->numbers ||
      values.strings->numbers->domain() != domain_)
    return false;
  const batch::EntryNumbers::Numbers* known =
      values.strings->numbers->find(*values.strings, values.codes);
  if (known == nullptr) return false;
  values.codes.visit([&](const auto* codes) {
    for (std::uint32_t row = 0; row < values.rows; ++row) {
      if (values.tag(row) != Tag::String) {
        numbers[row] = null_;
        continue;
      }
      const std::uint32_t text = known[codes[row]].load(std::memory_order_relaxed);
      numbers[row] = text < domain_entries_.size() ? domain_entries_[text] : kNone;
    }
  });
  return true;
}

}  // namespace arbors::exec
