// SQLite's values: order, numbers in texts, affinity.
#include "engine/base/value.h"

#include <limits>

#include "engine/base/number_text.h"
#include "engine/base/scalar.h"
#include "sql/access/sqlite.h"
#include "tests/unit/catch.h"

namespace arbors {

TEST_CASE("integers and reals compare exactly", "[value]") {
  CHECK(compare(std::int64_t{9007199254740993}, 9007199254740992.0) > 0);
  CHECK(compare(INT64_MAX, 9223372036854775808.0) < 0);
  CHECK(compare(INT64_MIN, -9223372036854775808.0) == 0);
  CHECK(compare(std::int64_t{-1}, -1.5) > 0);
  CHECK(compare(Value::of(2.0), Value::of(std::int64_t{2})) == 0);
}

TEST_CASE("kinds sort as NULL, numbers, texts, blobs", "[value]") {
  const Value ordered[] = {Value::null(), Value::of(1e300), Value::of(""), Value::blob("")};
  for (int i = 0; i < 3; ++i) CHECK(compare(ordered[i], ordered[i + 1]) < 0);
}

TEST_CASE("collations fold ASCII case or ignore trailing spaces", "[value]") {
  CHECK(compare("aZ", "Az", Collation::NoCase) == 0);
  CHECK(compare("É", "é", Collation::NoCase) != 0);
  CHECK(compare("a  ", "a", Collation::RTrim) == 0);
  CHECK(compare("a  ", "a", Collation::Binary) > 0);
}

TEST_CASE("a text is a number only as a whole, but for white space", "[value]") {
  CHECK(numeric_value(" 5\n").integer == 5);
  CHECK(numeric_value("1e2").kind == ValueKind::Integer);
  CHECK(numeric_value("1e2", false).kind == ValueKind::Real);
  CHECK(numeric_value("9223372036854775808").kind == ValueKind::Real);
  for (const char* text : {"", " ", "5x", "0x10", "1e", ".", "-", "Inf"}) {
    CHECK(numeric_value(text).is_null());
  }
}

TEST_CASE("arithmetic reads the number that a text begins with", "[value]") {
  CHECK(arithmetic_value("12 apples").integer == 12);
  CHECK(arithmetic_value("apples").integer == 0);
  CHECK(arithmetic_value("1.5e1x").real == 15);
}

TEST_CASE("reals are written with at most 15 digits and always a point", "[value]") {
  CHECK(real_as_sql_text(1) == "1.0");
  CHECK(real_as_sql_text(1e15) == "1.0e+15");
  CHECK(real_as_sql_text(-0.0) == "0.0");
  CHECK(real_as_sql_text(0.1) == "0.1");
  CHECK(real_as_sql_text(std::numeric_limits<double>::infinity()) == "Inf");
}

TEST_CASE("the host rounds reals that lie between two decimals of 15 digits", "[value]") {
  // Both are exact in binary, with a 5 after the fifteenth digit.
  for (const double value :
       {100000000000.0625, 100000000000.1875, 10000000000000.25, 100000000000000.5}) {
    char expected[40];
    sqlite3_snprintf(sizeof expected, expected, "%!.15g", value);
    CHECK(real_as_sql_text(value) == expected);
  }
}

TEST_CASE("reals have as many digits as the host gives them", "[value]") {
  const auto formatter = [](char* out, int size, int digits, double value) {
    sqlite3_snprintf(size, out, "%!.*g", digits, value);
  };
  set_real_formatter(formatter, 17, 17);
  CHECK(real_as_sql_text(9007199254740993.0) == "9007199254740992.0");
  set_real_formatter(formatter, 15, 15);
  CHECK(real_as_sql_text(9007199254740993.0) == "9.00719925474099e+15");
}

TEST_CASE("declared types give the affinity that SQLite's rules give", "[value]") {
  CHECK(affinity_of_type("") == Affinity::None);
  CHECK(affinity_of_type("CHARINT") == Affinity::Integer);
  CHECK(affinity_of_type("varchar(10)") == Affinity::Text);
  CHECK(affinity_of_type("BLOB") == Affinity::None);
  CHECK(affinity_of_type("double precision") == Affinity::Real);
  CHECK(affinity_of_type("DATE") == Affinity::Numeric);
}

TEST_CASE("integer arithmetic that overflows goes on in reals", "[value]") {
  const Scalar most(INT64_MAX);
  CHECK(calculate(Arithmetic::Add, most, Scalar(std::int64_t{1})).kind == ValueKind::Real);
  CHECK(calculate(Arithmetic::Divide, Scalar(INT64_MIN), Scalar(std::int64_t{-1})).real ==
        9223372036854775808.0);
  CHECK(calculate(Arithmetic::Divide, most, Scalar(std::int64_t{0})).is_null());
}

}  // namespace arbors
