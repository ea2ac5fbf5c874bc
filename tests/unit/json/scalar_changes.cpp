#include "engine/json/edit/scalar_changes.h"

#include <random>

#include "engine/json/edit/edit.h"
#include "engine/json/input/normalizer.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

using namespace arbors;
using namespace arbors::json;

namespace {

// The changes as text: `path=json` each.
std::string changes(std::string_view before, std::string_view after) {
  const auto told = [](const std::optional<std::vector<ScalarChange>>& found) {
    if (!found) return std::string("other");
    std::string text;
    for (const ScalarChange& change : *found)
      text += to_text(change.path) + "=" + std::string(change.json) + ";";
    return text;
  };
  const std::string text = told(scalar_changes(before, after, 3));
  CHECK(told(scalar_changes(before, after, 3, kept_members(before, after))) == text);
  return text;
}

std::string random_value(std::mt19937& random, unsigned depth) {
  static const std::vector<std::string> scalars{"1",    "12",    "-3.5",         "null",
                                                "true", "\"a\"", "\"a\\\"b,}\"", "\"\""};
  const auto kind = depth == 0 ? 0 : random() % 4;
  if (kind < 2) return scalars[random() % scalars.size()];
  std::string text = kind == 2 ? "{" : "[";
  for (unsigned k = 0, members = random() % 4; k < members; ++k) {
    if (k > 0) text += ',';
    if (kind == 2) text += "\"k\\n" + std::to_string(k) + "\":";
    text += random_value(random, depth - 1);
  }
  return text + (kind == 2 ? "}" : "]");
}

}  // namespace

TEST_CASE("changes of scalars in objects are found", "[json]") {
  CHECK(changes(R"({"a":1,"b":{"c":"x"}})", R"({"a":1,"b":{"c":"x"}})").empty());
  CHECK(changes(R"({"a":1,"b":{"c":"x"}})", R"({"a":12,"b":{"c":null}})") == "a=12;b.c=null;");
  CHECK(changes(R"({"a":12})", R"({"a":1})") == "a=1;");
  CHECK(changes(R"({"a.b":"}","c":[]})", R"({"a.b":"\"","c":[]})") == "\"a.b\"=\"\\\"\";");
}

TEST_CASE("other changes are told apart", "[json]") {
  CHECK(changes("1", "2") == "other");
  CHECK(changes("[1]", "[2]") == "other");
  CHECK(changes(R"({"a":[1,2]})", R"({"a":[1,3]})") == "other");
  CHECK(changes(R"({"a":[1,2]})", R"({"a":[1,2,3]})") == "other");
  CHECK(changes(R"({"a":[]})", R"({"a":{}})") == "other");
  CHECK(changes(R"({"a":1})", R"({"a":{}})") == "other");
  CHECK(changes(R"({"a":[{}]})", R"({"a":[1]})") == "other");
  CHECK(changes(R"({"a":1})", R"({"b":1})") == "other");
  CHECK(changes(R"({"a":1})", R"({"a":1,"b":2})") == "other");
  CHECK(changes(R"({"a":1,"b":2})", R"({"a":1})") == "other");
  CHECK(changes(R"({"a":1,"b":2})", R"({"b":2,"a":1})") == "other");
  CHECK(changes(R"({})", R"({"a":1})") == "other");
  CHECK(changes(R"({"a":1,"b":2,"c":3,"d":4})", R"({"a":2,"b":3,"c":4,"d":5})") == "other");
}

TEST_CASE("the changes found make one text of the other", "[json]") {
  std::mt19937 random(random_seed());
  std::size_t found = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    const unsigned before_seed = random() % 200, after_seed = random() % 200;
    std::mt19937 one(before_seed), other(after_seed);
    const std::string before = random_value(one, 3), after = random_value(other, 3);
    const auto changes = scalar_changes(before, after, 100);
    if (!changes) continue;
    ++found;
    std::string text = before;
    for (const ScalarChange& change : *changes)
      text = with_value(text, change.path.steps, std::string(change.json));
    REQUIRE(text == after);
  }
  CHECK(found > 100);
}
