// Numbers the values of vectors: values that SQL takes for equal share a number, counted from 0 in
// order of first appearance. NULL and missing share one, for which null stands. Texts are looked up
// once per dictionary entry, not per row, and not at all where their pools' entries have numbers in
// a common domain. The first value stands for all that are equal; varied() tells where they were
// not the same (true, 1 and 1.0; texts that a collation holds equal), since workers that saw them
// in other orders differ then. What group keys, distinct aggregates and unique_by are made of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/text_table.h"
#include "engine/batch/vectors/vector.h"
#include "engine/exec/group/number_table.h"

namespace arbors::exec {

class TextTranslation;  // text_translation.h
class DomainTexts;

// How many rows a group has.
struct GroupRows {
  std::uint32_t group, rows;
};

// Makes room for so many groups; at once for as many as are expected in the end (0: that is not
// known), where these are not many more. By half as many again at least: what is expected may
// itself grow from batch to batch, while the texts of a domain are met for the first time.
template <typename T>
void make_room(std::vector<T>& values, std::size_t groups, std::size_t expected) {
  constexpr std::size_t kFar = 16;
  if (values.capacity() < groups && groups < expected && expected / kFar <= groups)
    values.reserve(std::max(expected, values.capacity() + values.capacity() / 2));
}

class ValueNumbers {
 public:
  explicit ValueNumbers(Collation collation = Collation::Binary) : collation_(collation) {}

  // Writes the number of each row into `numbers`.
  void number(const batch::Vector& values, std::vector<std::uint32_t>& numbers);

  // Counts the rows of each number, by the codes of a column of few distinct texts; false, and
  // nothing done, where that does not fit, or where new values must be numbered in order.
  bool count(const batch::Vector& values, std::vector<GroupRows>& rows);

  // Numbers all values of another, by their numbers there.
  void number_all(const ValueNumbers& other, std::vector<std::uint32_t>& numbers);

  // Makes find() ready. From now on values alone that are known may be numbered.
  void freeze();
  // Writes the number of each row, kNone where no value that is equal has one. Any thread.
  void find(const batch::Vector& values, std::vector<std::uint32_t>& numbers) const;

  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  // How many there may be in the end: as many as the domain's texts. 0 where that is not known.
  std::uint32_t expected() const { return domain_ ? domain_->size() : 0; }
  // The number of NULL; kNone where none was seen.
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t null_number() const { return null_; }
  // Whether values that share a number look different.
  bool varied() const { return varied_; }
  // The value that stands for each number. Nothing may be numbered afterwards.
  batch::VectorPtr values() const;

 private:
  // What number n stands for: the tag and, by its kind, an index or a payload.
  struct Entry {
    batch::Tag tag;
    std::uint64_t payload;  // an integer's or real's bits, or the number of a text
  };
  void number_integers(const batch::Vector& values, std::vector<std::uint32_t>& numbers);
  void number_texts(const batch::Vector& values, std::vector<std::uint32_t>& numbers);
  bool number_counted(const batch::Vector& values, std::span<const std::uint32_t> counts,
                      std::vector<GroupRows>& rows);
  std::uint32_t number_row(const batch::Vector& values, std::size_t row);
  std::uint32_t null_entry();
  std::uint32_t integer_entry(std::int64_t value, batch::Tag tag);
  std::uint32_t real_entry(double value, batch::Tag tag, std::string_view digits);
  std::uint32_t text_entry(std::string_view text, batch::Tag tag);
  std::uint32_t find_row(const batch::Vector& values, std::size_t row, std::string& space) const;
  std::uint32_t find_integer(std::int64_t value) const;
  std::uint32_t find_real(double value) const;
  std::uint32_t find_text(std::string_view text, std::string& space) const;
  const DomainTexts& texts_of_domain() const;
  void find_texts(const batch::Vector& values, std::vector<std::uint32_t>& numbers) const;
  std::vector<std::uint32_t> find_each(std::span<const std::string_view> texts) const;
  bool find_in_domain(const batch::Vector& values, std::vector<std::uint32_t>& numbers) const;
  bool find_translated(const batch::Vector& values, std::vector<std::uint32_t>& numbers) const;
  bool translate_new(const batch::Vector& values, const batch::EntryNumbers::Numbers* known) const;
  void number_codes(const batch::Vector& values, std::vector<std::uint32_t>& numbers);
  void number_new_codes(const batch::Vector& values);
  void number_entries(std::span<const std::string_view> texts, std::uint32_t* entries);
  bool enter_domain(const batch::TextDomainPtr& domain);
  bool only_strings() const;
  bool number_in_domain(const batch::Vector& values, std::vector<std::uint32_t>& numbers);
  template <typename Code>
  void number_strings(const Code* codes, const batch::EntryNumbers::Numbers* known,
                      std::uint32_t rows, std::uint32_t* out);
  std::uint32_t as_string(std::uint32_t entry);
  std::uint32_t domain_entry(std::uint32_t in_domain);
  void leave_domain();
  std::shared_ptr<const batch::TextPool> domain_pool() const;
  std::uint32_t add(batch::Tag tag, std::uint64_t payload);
  std::uint32_t same_entry(std::uint32_t entry, batch::Tag tag, std::uint64_t payload);

  Collation collation_;
  std::vector<Entry> entries_;
  std::uint32_t null_ = kNone;
  NumberTable integers_, reals_;  // their numbers index *_entries_
  std::vector<std::uint32_t> integer_entries_, real_entries_, text_entries_;
  batch::TextTable keys_;  // texts as they compare: folded under NOCASE and RTRIM
  batch::TextTable
      originals_;  // texts as first seen, where keys_ are folded; digits of big numbers
  // In place of keys_ and text_entries_ while all texts have numbers in a domain: the domain's
  // number of each text, and the entry of each of the domain's numbers.
  batch::TextDomainPtr domain_;
  std::vector<std::uint32_t> in_domain_, domain_entries_;
  // Made by freeze(), filled by find().
  std::shared_ptr<TextTranslation> translation_;
  std::shared_ptr<DomainTexts> domain_texts_;
  bool all_strings_ = true;  // no entry stands for an opaque text
  bool varied_ = false;
  // The entries of integers from 0 on, each once its column was all integers.
  static constexpr std::size_t kSmall = 4096, kManyRows = 256;
  std::vector<std::uint32_t> small_;
  std::vector<std::uint32_t> of_code_;
  std::vector<std::uint32_t> new_codes_, new_entries_, new_rows_;
  std::vector<std::string_view> new_texts_;
  std::string folded_;
};

}  // namespace arbors::exec
