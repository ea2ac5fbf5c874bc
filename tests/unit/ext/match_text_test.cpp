#include "ext/functions/match_text.h"

#include <cmath>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/text/parser.h"
#include "tests/unit/catch.h"

namespace arbors::ext {
namespace {

std::string bound(std::string_view text, std::vector<Value> values) {
  return bound_match(text, values);
}
Value words(const char* text) { return Value::of(std::string(text)); }

TEST_CASE("parameters of a MATCH are put in as literals", "[ext][match]") {
  CHECK(bound("a = ?1", {Value::of(std::int64_t{5})}) == "a = 5");
  CHECK(bound("a=?2 and b>?1", {Value::of(1.0), words("it's")}) == "a='it''s' and b>1.0");
  CHECK(bound("a - ?1 > 0", {Value::of(std::int64_t{-3})}) == "a - (-3) > 0");
  CHECK(bound("a IS ?1", {Value::null()}) == "a IS NULL");
  CHECK(bound("b = '?1' and \"?1\" = ?1", {words("x")}) == "b = '?1' and \"?1\" = 'x'");
  CHECK(bound("list_contains(a, ?1)", {words("?2')")}) == "list_contains(a, '?2'')')");
  CHECK(bound("a = ?1", {Value::json("[1]")}) == "a = json('[1]')");
  CHECK(bound("a", {}) == "a");
  for (const Value& value : {Value::of(INT64_MIN), Value::of(INT64_MAX), Value::of(-0.5),
                             Value::of(HUGE_VAL), Value::of(-HUGE_VAL)}) {
    CHECK_NOTHROW(expr::parse_expression(bound("a = ?1", {value})));
  }
}

TEST_CASE("a MATCH without its parameters, or that is none, is refused", "[ext][match]") {
  CHECK_THROWS_AS(bound("a = ?2", {words("x")}), Error);
  CHECK_THROWS_AS(bound("a = ", {}), Error);
  CHECK_THROWS_AS(bound("a = ?1 )", {words("x")}), Error);
}

}  // namespace
}  // namespace arbors::ext
