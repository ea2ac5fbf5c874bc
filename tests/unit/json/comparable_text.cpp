#include "engine/json/edit/comparable_text.h"

#include <algorithm>

#include "tests/unit/catch.h"

using namespace arbors;

namespace {

std::string comparable(std::string_view json) {
  std::string out;
  json::write_comparable(out, json);
  return out;
}

}  // namespace

TEST_CASE("values that SQL takes for equal have one comparable text", "[json]") {
  const std::vector<std::vector<std::string>> equal{
      {"1", "1.0", "true", "1e0", "0.1e1"},
      {"0", "-0.0", "false"},
      {R"({"a":1,"b":[2,{"c":3,"d":4}]})", R"({"b":[2.0,{"d":4,"c":3}],"a":true})"},
      {"{}", R"({"a":null})"},
      {"9007199254740993", "9007199254740993"},
      {"18446744073709551616", "18446744073709551616.0", "1.8446744073709552e19"},
      {R"({"\u0001\"":"x"})", R"({"\u0001\"":"x","y":null})"},
  };
  std::vector<std::string> texts;
  for (const auto& group : equal) {
    for (const std::string& json : group) CHECK(comparable(json) == comparable(group.front()));
    texts.push_back(comparable(group.front()));
  }
  for (const char* json : {"null", "\"1\"", "1.5", "[]", "[1]", "[null]", "[1,null]", R"({"a":{}})",
                           "9007199254740992", "-1"})
    texts.push_back(comparable(json));
  std::sort(texts.begin(), texts.end());
  CHECK(std::adjacent_find(texts.begin(), texts.end()) == texts.end());
}

TEST_CASE("a text of a hundred thousand levels is compared too", "[json]") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(comparable(deep) == deep);
}
