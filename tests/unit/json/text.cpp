#include <cmath>
#include <limits>

#include "engine/base/error.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/scalar_reader.h"
#include "engine/json/values/writer.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace arbors::json;
using namespace std::string_literals;

namespace {

std::string real(double value) {
  std::string out;
  write_real(out, value);
  return out;
}

std::string quoted(const std::string& text) {
  std::string out;
  write_string(out, text);
  return out;
}

JsonValue at(std::string_view json, std::string_view path) {
  return find(json, parse_path(path).steps);
}

}  // namespace

TEST_CASE("Reals are written shortest and stay reals", "[json]") {
  CHECK(real(1) == "1.0");
  CHECK(real(-0.0) == "-0.0");
  CHECK(real(100000) == "100000.0");
  CHECK(real(0.1) == "0.1");
  CHECK(real(1e22) == "1e+22");
  CHECK(real(1e15) == "1000000000000000.0");
  CHECK(real(1e-5) == "1e-05");
  CHECK(real(5e-324) == "5e-324");
  CHECK(real(std::numeric_limits<double>::infinity()) == "1e999");
  CHECK(real(-std::numeric_limits<double>::infinity()) == "-1e999");
  CHECK(real(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("Numbers read as the nearest double, as std::strtod does", "[json]") {
  for (const char* text : {"0.1", "1e22", "1e23", "8.5e-7", "123456789.123456789", "4.9e-324",
                           "2.2250738585072011e-308", "1.7976931348623157e308",
                           "9007199254740993.0", "0.00000000000000000000000001", "1e-400",
                           "179769313486231580793728971405301e276", "0e999999999999"}) {
    INFO(text);
    CHECK(nearest_double(text) == std::strtod(text, nullptr));
  }
  CHECK(std::isinf(nearest_double("1e400")));
  CHECK(nearest_double("-1" + std::string(400, '0')) < 0);
  CHECK(nearest_double("18446744073709551616") == 18446744073709551616.0);
}

TEST_CASE("Integers of every length are read the same wherever the text ends", "[json]") {
  for (const std::string sign : {"", "-"}) {
    for (std::size_t length = 1; length <= 18; ++length) {
      const std::string text = sign + "987654321012345678"s.substr(0, length);
      for (const std::string rest : {"", ",", "}", "] ", " 1", ",12345678", "}12345678"}) {
        INFO(text << rest);
        const std::string whole = text + rest;
        const Number number = parse_number(whole.data(), whole.data() + whole.size());
        REQUIRE(number.kind == NumberKind::Integer);
        CHECK(number.integer == std::stoll(text));
        CHECK(number.stop == whole.data() + text.size());
      }
    }
  }
}

TEST_CASE("What is no integer is not read as one wherever the text ends", "[json]") {
  for (const std::string text :
       {"", "-", "00", "01", "-07", "1a", "1\x3a", "1/", "12e", "1.", "\xb9"}) {
    for (const std::string rest : {"", ",", ",1234567890"}) {
      INFO(text << rest);
      const std::string whole = text + rest;
      CHECK(parse_number(whole.data(), whole.data() + whole.size()).kind == NumberKind::Malformed);
    }
  }
  const std::string real = "1.5,1234567", zero = "0,12345678";
  CHECK(parse_number(real.data(), real.data() + real.size()).kind == NumberKind::Real);
  CHECK(parse_number(zero.data(), zero.data() + zero.size()).integer == 0);
}

TEST_CASE("Strings escape only what must be", "[json]") {
  CHECK(quoted("a\"b\\c/\n\x01\x7f") == "\"a\\\"b\\\\c/\\n\\u0001\x7f\"");
  CHECK(quoted("a\0b"s) == "\"a\\u0000b\"");
  CHECK(quoted("some longer text without any escape: é") ==
        "\"some longer text without any escape: é\"");
}

TEST_CASE("Normalizing writes minimal text", "[json]") {
  CHECK(normalize(" { \"a\" : [ 1 , 2.50 , -0, -0.0, 1E5 ] } ") ==
        R"({"a":[1,2.5,0,-0.0,100000.0]})");
  CHECK(normalize(R"("\u0041\/\u00e9\ud83d\ude00\u0001")") ==
        "\"A/\xC3\xA9\xF0\x9F\x98\x80\\u0001\"");
  CHECK(normalize("[9223372036854775808,1E+400,-9223372036854775808]") ==
        "[9223372036854775808,1e400,-9223372036854775808]");
  CHECK(normalize(R"({"a":1,"b":{"x":1,"x":[2]},"\u0061":3})") == R"({"a":3,"b":{"x":[2]}})");
  std::string many = "{", expected = "{";
  for (int i = 0; i < 40; ++i)
    many += "\"k" + std::to_string(i % 20) + "\":" + std::to_string(i) + ",";
  for (int i = 0; i < 20; ++i) {
    expected += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i + 20);
  }
  CHECK(normalize(many + "\"k0\":20}") == expected + '}');
  CHECK_THROWS_WITH(normalize("[1,]"), "malformed JSON, byte 4: expected a value, not ']'");
}

TEST_CASE("Paths lead into opaque text", "[json]") {
  const std::string json =
      R"({"a":[10,-2.5,"t\n]",{"k \"":null}],"b":{"c":[]},"n":12345678901234567890,"d":1,"d":2})";
  CHECK(at(json, "a[0]").integer == 10);
  CHECK(at(json, "a[1]").real == -2.5);
  CHECK(at(json, "a[-2]").text == "t\n]");
  CHECK(at(json, R"(a[3]."k """)").kind == JsonKind::Null);
  CHECK(at(json, "a[4]").kind == JsonKind::Missing);
  CHECK(at(json, "a[-5]").kind == JsonKind::Missing);
  CHECK(at(json, "b").text == R"({"c":[]})");
  CHECK(at(json, "b.c").kind == JsonKind::Array);
  CHECK(at(json, "b[0]").kind == JsonKind::Missing);
  CHECK(at(json, "n").kind == JsonKind::BigNumber);
  CHECK(at(json, "n").text == "12345678901234567890");
  CHECK(at(json, "d").integer == 2);
  CHECK(at(json, "zz.y").kind == JsonKind::Missing);
  const std::string escapes = R"({"\\\\":"\\\"","a\"b":"}\\","z":3})";
  CHECK(at(escapes, "z").integer == 3);
  CHECK(at(escapes, R"("a""b")").text == "}\\");
  std::vector<std::string> seen;
  for_each_element(R"([1,"a,b",[2],{"x":"]"}])", [&](std::string_view raw) {
    seen.emplace_back(raw);
    return seen.size() < 4;
  });
  CHECK(seen == std::vector<std::string>{"1", "\"a,b\"", "[2]", R"({"x":"]"})"});
  seen.clear();
  for_each_member(R"({"a\n":1,"b":[]})", [&](std::string_view key, std::string_view raw) {
    seen.push_back(std::string(key) + '=' + std::string(raw));
    return true;
  });
  CHECK(seen == std::vector<std::string>{"a\n=1", "b=[]"});
}

TEST_CASE("Damaged opaque text is corruption, at every cut", "[json]") {
  const std::string json = R"({"a":[1,{"b":"x\"y"},true],"c":2.5})";
  for (std::size_t cut = 0; cut < json.size(); ++cut) {
    INFO(json.substr(0, cut));
    CHECK_THROWS_AS(at(std::string_view(json).substr(0, cut), "c"), Error);
  }
  CHECK_THROWS_AS(decode("1x"), Error);
  CHECK_THROWS_AS(decode("\""), Error);
}
