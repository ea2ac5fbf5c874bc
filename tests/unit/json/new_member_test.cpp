#include "engine/json/edit/new_member.h"

#include "tests/unit/catch.h"

using namespace arbors::json;

namespace {

std::string extended(std::string_view before, std::string_view after) {
  ValueNormalizer normalizer;
  return with_new_member(before, after, normalizer).value_or("other");
}

}  // namespace

TEST_CASE("one member more at the end of an object is recognized", "[json]") {
  CHECK(extended(R"({"a":1})", R"({"a":1,"b":2})") == R"({"a":1,"b":2})");
  CHECK(extended(R"({"a":{"b":1}})", R"({"a":{"b":1}, "b" : [ 1.50, "\u0041" ] })") ==
        R"({"a":{"b":1},"b":[1.5,"A"]})");
  CHECK(extended(R"({"a":"}"})", R"({"a":"}","":null})") == R"({"a":"}","":null})");
}

TEST_CASE("other texts than of an object with one member more are told apart", "[json]") {
  CHECK(extended("{}", R"({"a":1})") == "other");
  CHECK(extended("[1]", "[1,2]") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":12})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"b":2)") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"b":2}})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"b":2} 3)") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"b"})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"b":2,"c":3})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"a":2})") == "other");
  CHECK(extended(R"({"a":1})", R"({"a":1,"\u0061":2})") == "other");
  CHECK(extended(R"({"a":1})", "{\"a\":1,\"b\":\"\xff\"}") == "other");
  CHECK(extended(R"({"\n":1})", R"({"\n":1,"\n":2})") == "other");
  CHECK(extended(R"({"\u0001":1})", R"({"\u0001":1,"\u0001":2})") == "other");
  CHECK(extended(R"({"a\"":1})", R"({"a\"":1,"a\"":2})") == "other");
  CHECK(extended(R"({"ba":1})", R"({"ba":1,"a":2})") == R"({"ba":1,"a":2})");
  CHECK(extended(R"({"b":"a\":"})", R"({"b":"a\":","a":2})") == R"({"b":"a\":","a":2})");
}
