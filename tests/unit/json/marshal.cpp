#include "engine/json/binary/marshal.h"

#include "engine/base/error.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace std::string_literals;

namespace {

std::string list_of(const std::vector<std::string>& trees) {
  json::MarshalList list;
  list.clear();
  for (const std::string& tree : trees) CHECK(list.add(tree));
  return std::string(list.bytes());
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

// What Python's marshal.loads makes of it is asked by tests/python/test_marshal.py.
TEST_CASE("Trees are written as Python's marshal writes a list", "[json]") {
  CHECK(list_of({}) == "[\0\0\0\0"s);
  CHECK(list_of({"null", "true", "false"}) == "[\3\0\0\0NTF"s);
  CHECK(list_of({"1", "-1", "2147483648"}) ==
        "[\3\0\0\0i\1\0\0\0i\xff\xff\xff\xffl\3\0\0\0\0\0\0\0\2\0"s);
  CHECK(list_of({"1.5"}) == "[\1\0\0\0g\0\0\0\0\0\0\xf8\x3f"s);
  CHECK(list_of({"[]", "{}", "[true]"}) == "[\3\0\0\0[\0\0\0\0{0[\1\0\0\0T"s);
}

TEST_CASE("A text that comes again is a reference", "[json]") {
  CHECK(list_of({R"({"a":"b"})", R"({"a":"b"})"}) ==
        "[\2\0\0\0{\xfa\1a\xfa\1b0{r\0\0\0\0r\1\0\0\0"s + "0"s);
  CHECK(list_of({R"("é")"}) == "[\1\0\0\0\xf5\2\0\0\0\xc3\xa9"s);
  CHECK(list_of({R"("")", R"("")"}) == "[\2\0\0\0z\0z\0"s);
}

TEST_CASE("A tree that Python would refuse leaves the list as it was", "[json]") {
  json::MarshalList list;
  list.clear();
  CHECK(list.add(R"({"key":1})"));
  const std::string before(list.bytes());
  CHECK_FALSE(list.add(R"({"other":)" + nested(json::MarshalList::kMostDepth) + "}"));
  CHECK_FALSE(list.add(std::string(5000, '9')));
  CHECK(list.bytes() == before);
  CHECK(list.add(R"({"other":1,"key":2})"));
  CHECK(list.bytes() == list_of({R"({"key":1})", R"({"other":1,"key":2})"}));
}

TEST_CASE("Keys that come in an order known from before are told from those that only look alike",
          "[json]") {
  // \\b as a text of two bytes, and as the escape of one.
  const auto key = [](const char* text) { return "{\"first\":1,\"" + std::string(text) + "\":2}"; };
  const std::string backslash = list_of({key("\\\\b"), key("\\b")});
  CHECK(backslash.find("\xfa\1\b"s) != std::string::npos);
  CHECK(list_of({key("a"), key("ab"), key("a")}) ==
        "[\3\0\0\0{\xfa\5firsti\1\0\0\0\xfa\1ai\2\0\0\0"s + "0{r\0\0\0\0i\1\0\0\0\xfa\2"s +
            "abi\2\0\0\0"s + "0{r\0\0\0\0i\1\0\0\0r\1\0\0\0i\2\0\0\0"s + "0"s);
  CHECK(list_of({R"({"a":"a","b":{"a":"b"}})", R"({"a":"a","b":{"a":"b"}})"}) ==
        "[\2\0\0\0{\xfa\1ar\0\0\0\0\xfa\1b{r\0\0\0\0r\1\0\0\0"s + "00"s +
            "{r\0\0\0\0r\0\0\0\0r\1\0\0\0{r\0\0\0\0r\1\0\0\0"s + "00"s);
}

TEST_CASE("What is no JSON is told as damage", "[json]") {
  for (const char* text :
       {"", "{", "[", "[1", "\"a", "\"a\\", "tru", "x", "{\"a\"}", "{\"a\":}", "1 2"}) {
    json::MarshalList list;
    list.clear();
    CHECK_THROWS_AS(list.add(text), Error);
  }
}
