// Applies a test to every row of a column: typed loops over numbers, once per text where texts come
// from a pool, code ranges where the pool is sorted. NULL rows are Unknown.
//
// A test is asked:  bool operator()(const Scalar&)    for any value that is not NULL
//                   const Range* numbers()            one range for all numbers, or nullptr
//                   const Range* texts()              one range for all texts, or nullptr
//                   optional<bool> all_texts()        one answer for all texts
//                   answer(pool, answers)             may be there: answers all texts of a pool
#pragma once

#include <optional>
#include <type_traits>

#include "engine/base/interrupt.h"
#include "engine/expr/evaluate/constant_test.h"
#include "engine/expr/evaluate/operand.h"
#include "engine/expr/evaluate/truth.h"

namespace arbors::expr {

// Answers a test for the strings of one column.
template <typename Test>
class StringAnswers {
 public:
  StringAnswers(const Test& test, const batch::Vector& column, std::size_t rows)
      : test_(test), pool_(column.strings.get()), codes_(column.codes) {
    if (pool_ == nullptr) return;
    const Range* range = test.texts();
    if (range != nullptr && pool_->sorted && range->texts.collation == Collation::Binary) {
      const auto [first, end] = code_range(range->texts, *pool_);
      first_ = first;
      count_ = end - first;
      inverted_ = range->inverted;
      way_ = Way::Codes;
    } else if (pool_->size() <= rows) {
      answers_.resize(pool_->size());
      way_ = Way::Table;
      if constexpr (requires { test.answer(*pool_, std::span<std::uint8_t>(answers_)); }) {
        test.answer(*pool_, std::span<std::uint8_t>(answers_));
      } else {
        PolledSteps steps;
        for (std::size_t entry = 0; entry < pool_->size(); ++entry, steps.step())
          answers_[entry] = truth_of(test_(Scalar((*pool_)[entry])));
      }
    }
  }

  std::uint8_t operator()(std::size_t row) const {
    switch (way_) {
      case Way::Codes:
        return by_code(row);
      case Way::Table:
        return answers_[codes_[row]];
      default:
        return truth_of(test_(Scalar((*pool_)[codes_[row]])));
    }
  }

  // Whether answering costs next to nothing, whatever the text.
  bool knows_answers() const { return way_ != Way::Direct; }

  // Answers rows that are all strings; a row of another kind gets some string's answer.
  template <typename RowOf>
  void answer_all(RowOf row_of, Truths& out) const {
    codes_.visit([&](const auto* codes) { answer_codes(codes, row_of, out); });
  }

 private:
  enum class Way : std::uint8_t { Direct, Table, Codes };

  template <typename Word, typename RowOf>
  void answer_codes(const Word* codes, RowOf row_of, Truths& out) const {
    // What the loops read lies in locals: a truth is a byte, which might alias any member.
    const std::size_t size = out.size();
    std::uint8_t* truths = out.data();
    if (way_ == Way::Codes) {
      const std::uint8_t flip = inverted_ ? kTrue : 0;
      if constexpr (std::is_same_v<RowOf, RunOfRows>) {
        test_codes({codes + row_of.first, size}, first_, count_, flip, truths);
      } else {
        const std::uint32_t first = first_, count = count_;
        for (std::size_t i = 0; i < size; ++i) {
          const bool in = codes[row_of(i)] - first < count;
          truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
        }
      }
    } else if (way_ == Way::Table) {
      const std::uint8_t* answers = answers_.data();
      for (std::size_t i = 0; i < size; ++i) truths[i] = answers[codes[row_of(i)]];
    } else {
      PolledSteps steps;
      for (std::size_t i = 0; i < size; ++i) {
        truths[i] = (*this)(row_of(i));
        steps.step();
      }
    }
  }

  std::uint8_t by_code(std::size_t row) const {
    return truth_of((codes_[row] - first_ < count_) != inverted_);
  }

  const Test& test_;
  const batch::TextPool* pool_;
  const batch::Codes& codes_;
  Way way_ = Way::Direct;
  std::uint32_t first_ = 0, count_ = 0;
  bool inverted_ = false;
  Truths answers_;
};

template <typename Test>
class ColumnTest {
 public:
  ColumnTest(const Test& test, const Operand& column, std::size_t rows)
      : test_(test), operand_(column), column_(column.vector()), rows_(rows) {}

  Truths run() {
    Truths out(rows_);
    with_rows(operand_, [&](auto row_of) { dispatch(row_of, out); });
    return out;
  }

 private:
  template <typename RowOf>
  void dispatch(RowOf row_of, Truths& out) {
    using batch::Tag;
    const Range* range = test_.numbers();
    if (!column_.tags.empty()) return mixed(row_of, range, out);
    switch (column_.uniform) {
      case Tag::Integer:
        if (range != nullptr) return numbers(column_.integers.data(), *range, row_of, out);
        break;
      case Tag::Real:
      case Tag::BigNumber:
        if (range != nullptr) return numbers(column_.reals.data(), *range, row_of, out);
        break;
      case Tag::String:
        return StringAnswers<Test>(test_, column_, rows_).answer_all(row_of, out);
      default:
        break;
    }
    PolledSteps steps;
    for (std::size_t i = 0; i < rows_; ++i) {
      out[i] = one(row_of(i), range);
      steps.step();
    }
  }

  // Tests plain numbers; one unsigned comparison a row, for that is what vectorizes.
  template <typename RowOf>
  void numbers(const std::int64_t* values, const Range& range, RowOf row_of, Truths& out) const {
    std::uint8_t* truths = out.data();
    if (range.integer_low > range.integer_high) {
      return out.assign(out.size(), truth_of(range.inverted));
    }
    const std::uint8_t flip = range.inverted ? kTrue : 0;
    if constexpr (std::is_same_v<RowOf, RunOfRows>)
      return test_numbers({values + row_of.first, rows_}, range.integer_low, range.integer_high,
                          flip, truths);
    const auto low = static_cast<std::uint64_t>(range.integer_low);
    const auto span = static_cast<std::uint64_t>(range.integer_high) - low;
    for (std::size_t i = 0; i < rows_; ++i) {
      const bool in = static_cast<std::uint64_t>(values[row_of(i)]) - low <= span;
      truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
    }
  }
  template <typename RowOf>
  void numbers(const double* values, const Range& range, RowOf row_of, Truths& out) const {
    std::uint8_t* truths = out.data();
    const double low = range.real_low;
    const double high = range.real_high;
    const std::uint8_t flip = range.inverted ? kTrue : 0;
    if constexpr (std::is_same_v<RowOf, RunOfRows>)
      return test_numbers({values + row_of.first, rows_}, low, high, flip, truths);
    for (std::size_t i = 0; i < rows_; ++i) {
      const double value = values[row_of(i)];
      const bool in = (value >= low) & (value <= high);
      truths[i] = static_cast<std::uint8_t>((in ? kTrue : kFalse) ^ flip);
    }
  }

  template <typename RowOf>
  void mixed(RowOf row_of, const Range* range, Truths& out) {
    using batch::Tag;
    const batch::TagSet values = column_.kinds & static_cast<batch::TagSet>(~batch::kNullTags);
    const bool integers = values == batch::tag_bit(Tag::Integer);
    const bool reals = values == batch::tag_bit(Tag::Real);
    if (range != nullptr && (integers || reals)) {
      // Slots of NULL rows hold 0: test them too, then put Unknown where the tag says so.
      if (integers) {
        numbers(column_.integers.data(), *range, row_of, out);
      } else {
        numbers(column_.reals.data(), *range, row_of, out);
      }
      return mark_null_rows(row_of, out);
    }
    constexpr batch::TagSet kReals = batch::tag_bit(Tag::Real) | batch::tag_bit(Tag::BigNumber);
    if (range != nullptr && (values & ~(batch::tag_bit(Tag::Integer) | kReals)) == 0 &&
        !column_.integers.empty() && !column_.reals.empty()) {
      numbers(column_.integers.data(), *range, row_of, out);
      Truths of_reals(rows_);
      numbers(column_.reals.data(), *range, row_of, of_reals);
      take_reals(row_of, of_reals, out);
      return mark_null_rows(row_of, out);
    }
    std::optional<StringAnswers<Test>> strings;
    if (column_.has(Tag::String)) strings.emplace(test_, column_, rows_);
    if (values == batch::tag_bit(Tag::String) && strings->knows_answers() &&
        column_.strings->size() > 0) {
      strings->answer_all(row_of, out);
      return mark_null_rows(row_of, out);
    }
    PolledSteps steps;
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t row = row_of(i);
      out[i] = column_.tag(row) == Tag::String ? (*strings)(row) : one(row, range);
      steps.step();
    }
  }

  // Takes the answers for reals where a row is no integer.
  template <typename RowOf>
  void take_reals(RowOf row_of, const Truths& of_reals, Truths& out) const {
    const std::uint8_t* tags = column_.tags.data();
    if constexpr (std::is_same_v<RowOf, RunOfRows>) {
      replace_others({tags + row_of.first, rows_}, batch::Tag::Integer, of_reals.data(),
                     out.data());
    } else {
      for (std::size_t i = 0; i < rows_; ++i)
        if (column_.tag(row_of(i)) != batch::Tag::Integer) out[i] = of_reals[i];
    }
  }

  template <typename RowOf>
  void mark_null_rows(RowOf row_of, Truths& out) const {
    const std::uint8_t* tags = column_.tags.data();
    if constexpr (std::is_same_v<RowOf, RunOfRows>) {
      mark_nulls({tags + row_of.first, rows_}, out.data());
    } else {
      std::uint8_t* truths = out.data();
      for (std::size_t i = 0; i < rows_; ++i) {
        const bool null = tags[row_of(i)] <= static_cast<std::uint8_t>(batch::Tag::Null);
        truths[i] = null ? kUnknown : truths[i];
      }
    }
  }

  // Tests a row of any kind but String.
  std::uint8_t one(std::size_t row, const Range* range) const {
    using batch::Tag;
    switch (column_.tag(row)) {
      case Tag::Missing:
      case Tag::Null:
        return kUnknown;
      case Tag::Integer:
        if (range != nullptr) return truth_of(range->holds(column_.integers[row]));
        break;
      case Tag::Real:
      case Tag::BigNumber:
        if (range != nullptr) return truth_of(range->holds(column_.reals[row]));
        break;
      case Tag::Object:
      case Tag::Array:
      case Tag::Opaque:
        if (const auto answer = test_.all_texts()) return truth_of(*answer);
        break;
      default:
        break;
    }
    return truth_of(test_(scalar_at(column_, row)));
  }

  const Test& test_;
  const Operand& operand_;
  const batch::Vector& column_;
  std::size_t rows_;
};

}  // namespace arbors::expr
