#include "engine/json/edit/edit.h"

#include <random>

#include "engine/base/error.h"
#include "engine/json/values/json_value.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

using namespace arbors;
using namespace arbors::json;

namespace {

std::string set(std::string_view tree, std::string_view path,
                const std::optional<std::string>& value) {
  return with_value(tree, parse_path(path).steps, value);
}

// A value of objects and numbers, whose keys are among a few.
std::string random_object(std::mt19937& random, unsigned depth) {
  if (depth == 0 || random() % 3 == 0) return std::to_string(random() % 10);
  std::string text = "{";
  for (const char key : {'a', 'b', 'c'}) {
    if (random() % 2 == 0) continue;
    if (text.size() > 1) text += ',';
    (text += '"') += key;
    (text += "\":") += random_object(random, depth - 1);
  }
  return text + '}';
}

}  // namespace

TEST_CASE("a value is put where one stands, or last in its object", "[json]") {
  CHECK(set(R"({"a":1,"b":2})", "a", "[3]") == R"({"a":[3],"b":2})");
  CHECK(set(R"({"a":1})", "b", "2") == R"({"a":1,"b":2})");
  CHECK(set("{}", "a", "1") == R"({"a":1})");
  CHECK(set("{ }", "a", "1") == R"({ "a":1})");
  CHECK(set(R"({"a":{"b":1},"c":"}"})", "a.d.\"e\"\"\"", "2") ==
        R"({"a":{"b":1,"d":{"e\"":2}},"c":"}"})");
  CHECK(set(R"({"a":{}})", "a.b", "null") == R"({"a":{"b":null}})");
  CHECK(set(R"({"a":1,"a":{"b":1}})", "a.c", "2") == R"({"a":1,"a":{"b":1,"c":2}})");
  CHECK(set(R"( { "a" : 1 } )", "b", "2") == R"({"a":1,"b":2})");
}

TEST_CASE("a value is taken away, and what holds nothing stays as it is", "[json]") {
  CHECK(set(R"({"a":1,"b":{"c":2}})", "b.c", std::nullopt) == R"({"a":1,"b":{}})");
  CHECK(set(R"({"a":1})", "b", std::nullopt) == R"({"a":1})");
  CHECK(set("5", "b", std::nullopt) == "5");
}

TEST_CASE("a value cannot be put inside another kind of value", "[json]") {
  CHECK_THROWS_AS(set("5", "a", "1"), Error);
  CHECK_THROWS_AS(set(R"({"a":[1]})", "a.b", "1"), Error);
  CHECK_THROWS_AS(set(R"({"a":{"b":null}})", "a.b.c", "1"), Error);
}

TEST_CASE("what was put stands there, and all else as before", "[json]") {
  std::mt19937 random(random_seed());
  for (unsigned i = 0; i < 5'000; ++i) {
    const std::string tree = random_object(random, 4);
    Path path;
    for (unsigned steps = 1 + random() % 3; steps > 0; --steps)
      path.steps.push_back({PathStep::Kind::Key, std::string(1, "abcd"[random() % 4]), 0});
    std::string text;
    try {
      text = with_value(tree, path.steps, "[7]");
    } catch (const Error&) {
      continue;  // another kind of value is in the way
    }
    REQUIRE(find_raw(text, path.steps) == "[7]");
    const std::string_view before = find_raw(tree, path.steps);
    const std::optional<std::string> known =
        before.empty() ? std::nullopt : std::optional<std::string>(before);
    std::string back = with_value(text, path.steps, known);
    // Objects that were made on the way stay, empty.
    for (Path outer = path; known == std::nullopt && outer.steps.size() > 1;) {
      outer.steps.pop_back();
      if (find_raw(tree, outer.steps).empty()) back = with_value(back, outer.steps, std::nullopt);
    }
    REQUIRE(back == tree);
  }
}
