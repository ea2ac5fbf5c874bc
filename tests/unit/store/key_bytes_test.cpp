#include "sql/tables/key_bytes.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

namespace arbors::store::tests {
namespace {

std::vector<Value> many_values() {
  std::mt19937_64 random(random_seed());
  std::vector<Value> values;
  const auto add_around = [&](double real) {
    for (const double near : {real, std::nextafter(real, 1e300), std::nextafter(real, -1e300)}) {
      values.push_back(Value::of(near));
      if (near < -9223372036854775808.0 || near >= 9223372036854775808.0) continue;
      const auto integer = static_cast<std::int64_t>(near);
      for (std::int64_t by = -2; by <= 2; ++by) {
        const auto sum = static_cast<std::uint64_t>(integer) + static_cast<std::uint64_t>(by);
        values.push_back(Value::of(static_cast<std::int64_t>(sum)));
      }
    }
  };
  for (const double real : {0.0, -0.0, 1.0, -1.0, 0.5, 9007199254740992.0, 9223372036854775808.0,
                            9223372036854774784.0, 1e19, 1e300, 5e-324})
    for (const double sign : {1.0, -1.0}) add_around(sign * real);
  values.push_back(Value::of(std::numeric_limits<double>::infinity()));
  values.push_back(Value::of(-std::numeric_limits<double>::infinity()));
  values.push_back(Value::of(INT64_MAX));
  values.push_back(Value::of(INT64_MIN));
  for (int left = 100; left > 0; --left) {
    values.push_back(Value::of(static_cast<std::int64_t>(random() >> random() % 64)));
    const auto real = std::bit_cast<double>(random());
    if (!std::isnan(real)) values.push_back(Value::of(real));
    std::string text;
    for (std::uint64_t size = random() % 5; size > 0; --size)
      text += std::string("\0\1a\xff", 4)[random() % 4];
    values.push_back(left % 2 == 0 ? Value::of(text) : Value::blob(text));
  }
  return values;
}

std::string bytes_of(const std::vector<Value>& key) {
  std::string bytes;
  for (const Value& part : key) append_key_part(bytes, part);
  return bytes;
}

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

TEST_CASE("keys as bytes are ordered and equal as their values are", "[store][key]") {
  const std::vector<Value> values = many_values();
  for (const Value& left : values) {
    const std::string bytes = bytes_of({left});
    for (const Value& right : values) {
      const int order = compare(left, right);
      const std::string others = bytes_of({right});
      if (sign(bytes.compare(others)) != sign(order))
        FAIL(bytes_of({left}) << " against " << bytes_of({right}));
      // A part before decides, and one behind where it does not.
      const int by_last = bytes_of({left, values[7]}).compare(bytes_of({right, values[8]}));
      const int last = compare(values[7], values[8]);
      if (sign(by_last) != sign(order != 0 ? order : last)) FAIL("of two parts");
    }
  }
}

TEST_CASE("keys are read from bytes as they were", "[store][key]") {
  Value read;
  for (const Value& value : many_values()) {
    const std::string bytes = bytes_of({value, value});
    std::string_view rest = bytes;
    for (int part = 0; part < 2; ++part) {
      read_key_part(rest, read);
      set_mark(read, mark_of(value));
      REQUIRE(read.kind == value.kind);
      if (value.is_number()) {
        REQUIRE(compare(read, value) == 0);
        if (value.kind == ValueKind::Real)
          REQUIRE(std::signbit(read.real) == std::signbit(value.real));
      } else {
        REQUIRE(read.text == value.text);
      }
    }
    CHECK(rest.empty());
  }
}

}  // namespace
}  // namespace arbors::store::tests
