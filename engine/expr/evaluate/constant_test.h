// A comparison of values with constants, made ready once and then asked for every row of a column:
// `=`, `<>`, `<` … and BETWEEN are ranges of integers, reals and texts, whatever the constant's own
// kind. Statistics are asked the same ranges, so pruning and filtering cannot disagree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/scalar.h"
#include "engine/batch/vectors/vector.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

// Texts between two bounds under a collation. An absent bound bounds nothing.
struct TextRange {
  bool none = false;
  std::optional<std::string> low, high;
  bool low_open = false, high_open = false;  // the bound itself is outside
  Collation collation = Collation::Binary;

  bool all() const { return !none && !low && !high; }
  bool holds(std::string_view text) const;
};

// Bounds are inclusive; a range whose low is above its high holds nothing.
struct Range {
  std::int64_t integer_low, integer_high;
  double real_low, real_high;
  TextRange texts;
  bool inverted = false;  // the test is true outside

  bool holds(std::int64_t value) const {
    return (value >= integer_low && value <= integer_high) != inverted;
  }
  bool holds(double value) const { return (value >= real_low && value <= real_high) != inverted; }
  bool holds(std::string_view text) const { return texts.holds(text) != inverted; }
};

class ConstantTest {
 public:
  // Tests `value op constant`. The constant must not be NULL.
  ConstantTest(Comparison op, const Value& constant, Collation collation, Coercion coercion);

  // Tests `value BETWEEN low AND high`; nothing where one pass cannot do it (collations or
  // coercions that differ, or Superset). The bounds must not be NULL.
  static std::optional<ConstantTest> between(const Between& form, const Value& low,
                                             const Value& high);

  bool operator()(const Scalar& value) const;  // value is not NULL
  // Answers all texts of a pool: `answers` has an entry for each.
  void answer(const batch::TextPool& texts, std::span<std::uint8_t> answers) const;

  // One way to compare; the test is true where any of them is.
  struct Way {
    Coercion convert;  // None, Numeric or Text
    Range range;
  };
  const std::vector<Way>& ways() const { return ways_; }

  // The one range that integers and reals are tested against; nullptr where they are converted.
  const Range* numbers() const;
  // The answer for every text alike; nothing where it depends on the text.
  std::optional<bool> all_texts() const;
  // The one range that texts are tested against; nullptr where they are converted.
  const Range* texts() const;

 private:
  ConstantTest() = default;
  static bool passes(const Way& way, const Scalar& value);

  std::vector<Way> ways_;
};

// Gives the codes of a sorted pool whose texts lie in a Binary range: first .. second-1.
std::pair<std::uint32_t, std::uint32_t> code_range(const TextRange& range,
                                                   const batch::TextPool& pool);

}  // namespace arbors::expr
