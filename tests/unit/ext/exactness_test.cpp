#include "ext/planning/exactness.h"

#include "tests/unit/catch.h"

namespace arbors::ext {
namespace {

using batch::Tag;
using batch::tag_bit;

constexpr batch::TagSet kNumbers = tag_bit(Tag::Integer) | tag_bit(Tag::Real) | tag_bit(Tag::Null);
constexpr batch::TagSet kTexts = tag_bit(Tag::String) | tag_bit(Tag::Missing);
constexpr batch::TagSet kBoth = kNumbers | kTexts;

const Value kFive = Value::of(std::int64_t{5});
const Value kHalf = Value::of(0.5);
const Value kText = Value::of(std::string("5"));

bool exact(Affinity column, batch::TagSet kinds, std::optional<Value> right) {
  PathFacts facts;
  facts.kinds = kinds;
  return comparison_is_exact(column, facts, right);
}

TEST_CASE("a value unknown while planning leaves the check to SQLite, but of a numeric column",
          "[ext][exactness]") {
  const batch::TagSet holds = GENERATE(values<batch::TagSet>({0, kNumbers, kTexts, kBoth}));
  CHECK_FALSE(exact(Affinity::None, holds, std::nullopt));
  CHECK_FALSE(exact(Affinity::Text, holds, std::nullopt));
  CHECK(exact(Affinity::Numeric, holds, std::nullopt));
  CHECK(exact(Affinity::Integer, holds, std::nullopt));
  CHECK(exact(Affinity::Real, holds, std::nullopt));
}

// Section 4.2 of https://sqlite.org/datatype3.html, column by column. The right side may be CAST,
// so that each rule holds for a right side with and without an affinity.
TEST_CASE("a comparison is exact where no affinity can change it", "[ext][exactness]") {
  struct Rule {
    Affinity column;
    batch::TagSet holds;
    Value right;
    bool exact;
  };
  const Rule rule = GENERATE(values<Rule>({
      // A CAST number on the right turns texts of the column into numbers.
      {Affinity::None, kNumbers, kFive, true},
      {Affinity::None, kNumbers, kHalf, true},
      {Affinity::None, kTexts, kFive, false},
      {Affinity::None, kBoth, kHalf, false},
      // No constant that is a text has a numeric affinity.
      {Affinity::None, kTexts, kText, true},
      {Affinity::None, kBoth, kText, true},
      // A TEXT column's numbers become texts beside a value without affinity, not beside a CAST
      // one.
      {Affinity::Text, kTexts, kText, true},
      {Affinity::Text, kBoth, kText, false},
      {Affinity::Text, kNumbers, kFive, false},
      {Affinity::Text, kTexts, kFive, false},
      // A numeric column makes numbers of texts on both sides, whatever stands on the right.
      {Affinity::Integer, kNumbers, kFive, true},
      {Affinity::Integer, kTexts, kFive, true},
      {Affinity::Integer, kBoth, kText, true},
      {Affinity::Real, kBoth, kHalf, true},
      {Affinity::Numeric, kTexts, kText, true},
  }));
  INFO("affinity " << static_cast<int>(rule.column) << ", kinds " << rule.holds << ", right "
                   << static_cast<int>(rule.right.kind));
  CHECK(exact(rule.column, rule.holds, rule.right) == rule.exact);
}

TEST_CASE("no affinity touches NULLs and blobs", "[ext][exactness]") {
  const Affinity column = GENERATE(Affinity::None, Affinity::Text, Affinity::Numeric,
                                   Affinity::Integer, Affinity::Real);
  CHECK(exact(column, kBoth, Value::null()));
  CHECK(exact(column, kBoth, Value::blob("5")));
}

TEST_CASE("booleans and big numbers count as numbers, arrays and opaque values as texts",
          "[ext][exactness]") {
  const Tag number = GENERATE(Tag::False, Tag::True, Tag::BigNumber);
  CHECK(exact(Affinity::None, tag_bit(number), kFive));
  CHECK_FALSE(exact(Affinity::Text, tag_bit(number), kText));
  const Tag text = GENERATE(Tag::Array, Tag::Object, Tag::Opaque);
  CHECK(exact(Affinity::Text, tag_bit(text), kText));
  CHECK_FALSE(exact(Affinity::None, tag_bit(text), kFive));
}

TEST_CASE("an exact comparison converts as beside a value without affinity", "[ext][exactness]") {
  CHECK(exact_coercion(Affinity::None) == expr::Coercion::None);
  CHECK(exact_coercion(Affinity::Text) == expr::Coercion::Text);
  CHECK(exact_coercion(Affinity::Numeric) == expr::Coercion::Numeric);
  CHECK(exact_coercion(Affinity::Integer) == expr::Coercion::Numeric);
  CHECK(exact_coercion(Affinity::Real) == expr::Coercion::Numeric);
}

}  // namespace
}  // namespace arbors::ext
