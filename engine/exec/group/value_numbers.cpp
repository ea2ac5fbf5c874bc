#include "engine/exec/group/value_numbers.h"

#include <bit>
#include <cmath>

#include "engine/base/interrupt.h"
#include "engine/exec/group/folded_text.h"
#include "engine/exec/group/whole_number.h"

namespace arbors::exec {
namespace {

using batch::Tag;

}  // namespace

// Notes where an entry stands for a value that looks otherwise.
std::uint32_t ValueNumbers::same_entry(std::uint32_t entry, Tag tag, std::uint64_t payload) {
  const Entry& first = entries_[entry];
  varied_ = varied_ || tag != first.tag || payload != first.payload;
  return entry;
}

void ValueNumbers::number(const batch::Vector& values, std::vector<std::uint32_t>& numbers) {
  numbers.resize(values.rows);
  if (!values.integers.empty() && values.only(batch::tag_bit(Tag::Integer) | batch::kNullTags))
    return number_integers(values, numbers);
  if (values.only(batch::tag_bit(Tag::String) | batch::kNullTags))
    return number_texts(values, numbers);
  PolledSteps steps;
  for (std::uint32_t row = 0; row < values.rows; ++row, steps.step())
    numbers[row] = number_row(values, row);
}

void ValueNumbers::number_integers(const batch::Vector& values,
                                   std::vector<std::uint32_t>& numbers) {
  std::int64_t last = 0;
  std::uint32_t number = kNone;
  if (values.rows >= kManyRows) small_.resize(kSmall, kNone);
  const bool all = values.tags.empty() && values.uniform == Tag::Integer;
  const std::int64_t* const integers = values.integers.data();
  std::uint32_t* const small = small_.data();
  const std::size_t smalls = small_.size();
  std::uint32_t* const out = numbers.data();
  in_polled_blocks(values.rows, [&](std::size_t row, std::size_t end) {
    for (; row < end; ++row) {
      if (!all && values.tag(row) != Tag::Integer) {
        out[row] = null_entry();
        continue;
      }
      const std::int64_t value = integers[row];
      if (static_cast<std::uint64_t>(value) < smalls) {
        std::uint32_t& known = small[value];
        if (known == kNone) known = integer_entry(value, Tag::Integer);
        out[row] = known;
        continue;
      }
      if (number == kNone || value != last) {
        last = value;
        number = integer_entry(value, Tag::Integer);
      }
      out[row] = number;
    }
  });
}

void ValueNumbers::number_texts(const batch::Vector& values, std::vector<std::uint32_t>& numbers) {
  const std::size_t entries = values.strings ? values.strings->size() : 0;
  const bool in_domain =
      entries > 0 && values.strings->numbers && enter_domain(values.strings->numbers->domain());
  const bool few = entries * 8 <= values.rows;  // then a table of this block's codes is cheapest
  if (in_domain && !few && number_in_domain(values, numbers)) return;
  // Few rows of a big pool are looked up by themselves.
  if (entries <= std::size_t{values.rows} * 4) {
    of_code_.assign(entries, kNone);
    if (!few && collation_ == Collation::Binary) number_new_codes(values);
    return number_codes(values, numbers);
  }
  PolledSteps steps;
  for (std::uint32_t row = 0; row < values.rows; ++row, steps.step()) {
    const Tag tag = values.tag(row);
    numbers[row] = tag == Tag::String ? text_entry(values.text(row), tag) : null_entry();
  }
}

void ValueNumbers::number_codes(const batch::Vector& values, std::vector<std::uint32_t>& numbers) {
  const bool all = values.tags.empty() && values.uniform == Tag::String;
  std::uint32_t* of_code = of_code_.data();
  std::uint32_t* out = numbers.data();
  values.codes.visit([&](const auto* codes) {
    in_polled_blocks(values.rows, [&](std::size_t row, std::size_t end) {
      for (; row < end; ++row) {
        if (!all && values.tag(row) != Tag::String) {
          out[row] = null_entry();
          continue;
        }
        std::uint32_t& known = of_code[codes[row]];
        if (known == kNone) known = text_entry((*values.strings)[codes[row]], Tag::String);
        out[row] = known;
      }
    });
  });
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
  new_entries_.resize(new_texts_.size());
  number_entries(new_texts_, new_entries_.data());
  for (std::size_t i = 0; i < new_codes_.size(); ++i)
    of_code_[new_codes_[i]] = as_string(new_entries_[i]);
}

// Gives the entry, which may stand for an opaque text.
std::uint32_t ValueNumbers::as_string(std::uint32_t entry) {
  return same_entry(entry, Tag::String, entries_[entry].payload);
}

// Gives the entry of each of several texts that compare as they are; a new one is a string's.
void ValueNumbers::number_entries(std::span<const std::string_view> texts, std::uint32_t* entries) {
  if (domain_ && !domain_->number(texts, entries)) leave_domain();
  if (!domain_) keys_.number(texts, entries);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (domain_) {
      entries[i] = domain_entry(entries[i]);
      continue;
    }
    const std::uint32_t text = entries[i];
    if (text == text_entries_.size()) text_entries_.push_back(add(Tag::String, text));
    entries[i] = text_entries_[text];
  }
}

// Tells whether texts of a domain are numbered by it: the first domain that is met takes all texts.
bool ValueNumbers::enter_domain(const batch::TextDomainPtr& domain) {
  if (collation_ != Collation::Binary) return false;
  if (!domain_ && keys_.size() == 0 && !domain->full()) domain_ = domain;
  return domain_ == domain;
}

bool ValueNumbers::number_in_domain(const batch::Vector& values,
                                    std::vector<std::uint32_t>& numbers) {
  const batch::EntryNumbers::Numbers* known =
      values.strings->numbers->find(*values.strings, values.codes);
  if (known == nullptr) {
    leave_domain();
    return false;
  }
  domain_entries_.resize(domain_->size(), kNone);
  const bool all = values.tags.empty() && values.uniform == Tag::String;
  const bool settled = all_strings_;
  std::uint32_t* const out = numbers.data();
  if (all && settled) {
    values.codes.visit([&](const auto* codes) { number_strings(codes, known, values.rows, out); });
    return true;
  }
  values.codes.visit([&](const auto* codes) {
    for (std::uint32_t row = 0; row < values.rows; ++row) {
      if (!all && values.tag(row) != Tag::String) {
        out[row] = null_entry();
        continue;
      }
      const std::uint32_t text = known[codes[row]].load(std::memory_order_relaxed);
      const std::uint32_t entry = domain_entries_[text];
      out[row] = entry != kNone && settled ? entry : as_string(domain_entry(text));
    }
  });
  return true;
}

// Looks all up first and then gives those their entries that have none: which these are, the
// processor cannot foretell.
template <typename Code>
void ValueNumbers::number_strings(const Code* codes, const batch::EntryNumbers::Numbers* known,
                                  std::uint32_t rows, std::uint32_t* out) {
  new_rows_.resize(rows);
  const std::uint32_t* const entries = domain_entries_.data();
  std::uint32_t* const added = new_rows_.data();
  std::uint32_t count = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t text = known[codes[row]].load(std::memory_order_relaxed);
    out[row] = entries[text];
    added[count] = row;
    count += entries[text] == kNone ? 1 : 0;
  }
  for (std::uint32_t i = 0; i < count; ++i)
    out[added[i]] = domain_entry(known[codes[added[i]]].load(std::memory_order_relaxed));
}

// Gives the entry of a text by its number in the domain.
std::uint32_t ValueNumbers::domain_entry(std::uint32_t in_domain) {
  if (in_domain >= domain_entries_.size()) domain_entries_.resize(domain_->size(), kNone);
  std::uint32_t& entry = domain_entries_[in_domain];
  if (entry == kNone) {
    if (in_domain_.size() == in_domain_.capacity()) {
      make_room(in_domain_, in_domain_.size() + 1, expected());
      make_room(entries_, entries_.size() + 1, expected());
    }
    entry = add(Tag::String, in_domain_.size());
    in_domain_.push_back(in_domain);
  }
  return entry;
}

// Looks all texts so far up in a table of its own, because the domain takes no more.
void ValueNumbers::leave_domain() {
  batch::TextPool texts;
  domain_->copy(in_domain_, texts);
  for (std::size_t text = 0; text < texts.size(); ++text) keys_.number(texts[text]);
  for (std::uint32_t entry = 0; entry < entries_.size(); ++entry)
    if (entries_[entry].tag == Tag::String || entries_[entry].tag == Tag::Opaque)
      text_entries_.push_back(entry);
  domain_ = nullptr;
  in_domain_.clear();
  domain_entries_.clear();
}

bool ValueNumbers::only_strings() const {
  return all_strings_ && entries_.size() == in_domain_.size() + (null_ == kNone ? 0 : 1);
}

void ValueNumbers::number_all(const ValueNumbers& other, std::vector<std::uint32_t>& numbers) {
  varied_ = varied_ || other.varied_;
  if (!other.domain_ || !other.only_strings() || !enter_domain(other.domain_))
    return number(*other.values(), numbers);
  domain_entries_.resize(domain_->size(), kNone);
  numbers.resize(other.size());
  for (std::uint32_t entry = 0; entry < other.size(); ++entry) {
    const auto [tag, text] = other.entries_[entry];
    numbers[entry] =
        tag == Tag::String ? as_string(domain_entry(other.in_domain_[text])) : null_entry();
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
  const auto payload = static_cast<std::uint64_t>(value);
  if (index == integer_entries_.size()) integer_entries_.push_back(add(tag, payload));
  return same_entry(integer_entries_[index], tag, payload);
}

std::uint32_t ValueNumbers::real_entry(double value, Tag tag, std::string_view digits) {
  std::int64_t integer = 0;
  const std::uint64_t payload = tag == Tag::BigNumber ? std::uint64_t{originals_.number(digits)}
                                                      : std::bit_cast<std::uint64_t>(value);
  if (as_integer(value, integer)) {
    const std::uint32_t index = integers_.number(static_cast<std::uint64_t>(integer));
    if (index == integer_entries_.size()) integer_entries_.push_back(add(tag, payload));
    return same_entry(integer_entries_[index], tag, payload);
  }
  const std::uint32_t index = reals_.number(std::bit_cast<std::uint64_t>(value));
  if (index == real_entries_.size()) real_entries_.push_back(add(tag, payload));
  return same_entry(real_entries_[index], tag, payload);
}

std::uint32_t ValueNumbers::text_entry(std::string_view text, Tag tag) {
  if (collation_ == Collation::Binary) {
    const std::uint32_t before = size();
    std::uint32_t entry = kNone;
    number_entries({&text, 1}, &entry);
    if (tag == Tag::String) return as_string(entry);
    if (entry == before) entries_[entry].tag = tag;
    all_strings_ = false;
    return same_entry(entry, tag, entries_[entry].payload);
  }
  const std::uint32_t index = keys_.number(folded_text(text, collation_, folded_));
  const std::uint32_t original = originals_.number(text);
  if (index == text_entries_.size()) text_entries_.push_back(add(tag, original));
  return same_entry(text_entries_[index], tag, original);
}

// Gives the texts by their numbers in the domain, where they stay: of many groups most are often
// dropped unread.
std::shared_ptr<const batch::TextPool> ValueNumbers::domain_pool() const {
  auto pool = std::make_shared<batch::TextPool>();
  pool->folded = static_cast<std::uint32_t>(in_domain_.size());
  pool->distinct = true;
  pool->numbers = std::make_shared<batch::EntryNumbers>(domain_, in_domain_);
  return pool;
}

batch::VectorPtr ValueNumbers::values() const {
  auto vector = std::make_shared<batch::Vector>();
  vector->rows = size();
  vector->tags.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    vector->tags.push_back(static_cast<std::uint8_t>(entry.tag));
    vector->kinds = static_cast<batch::TagSet>(vector->kinds | batch::tag_bit(entry.tag));
  }
  if (std::has_single_bit(vector->kinds)) {
    vector->uniform = entries_.front().tag;
    vector->tags.clear();
  }
  constexpr batch::TagSet kReals = batch::tag_bit(Tag::Real) | batch::tag_bit(Tag::BigNumber);
  constexpr batch::TagSet kTexts =
      batch::tag_bit(Tag::String) | batch::tag_bit(Tag::Opaque) | batch::tag_bit(Tag::BigNumber);
  if (vector->has(Tag::Integer)) vector->integers.resize(entries_.size());
  if ((vector->kinds & kReals) != 0) vector->reals.resize(entries_.size());
  std::vector<std::uint32_t> codes((vector->kinds & kTexts) != 0 ? entries_.size() : 0);
  for (std::size_t row = 0; row < entries_.size(); ++row) {
    const auto& [tag, payload] = entries_[row];
    if (tag == Tag::Integer) vector->integers[row] = static_cast<std::int64_t>(payload);
    if (tag == Tag::Real) vector->reals[row] = std::bit_cast<double>(payload);
    if ((batch::tag_bit(tag) & kTexts) != 0) codes[row] = static_cast<std::uint32_t>(payload);
    if (tag == Tag::BigNumber)
      vector->reals[row] = std::strtod(std::string(originals_[codes[row]]).c_str(), nullptr);
  }
  vector->codes = batch::Codes(std::move(codes));
  const auto texts = domain_                           ? domain_pool()
                     : collation_ == Collation::Binary ? keys_.pool()
                                                       : originals_.pool();
  if (vector->has(Tag::String)) vector->strings = texts;
  if (vector->has(Tag::Opaque)) vector->opaque = texts;
  if (vector->has(Tag::BigNumber)) vector->big_numbers = originals_.pool();
  return vector;
}

}  // namespace arbors::exec
