#include "engine/json/edit/kept_members.h"

#include <string>

#include "tests/unit/catch.h"

using namespace arbors::json;

namespace {

// What is kept, and of what is not the new text, as an object.
std::string kept(std::string_view before, std::string_view after) {
  const KeptMembers kept = kept_members(before, after);
  if (!kept) return "nothing";
  REQUIRE(before.substr(0, kept.bytes - 1) == after.substr(0, kept.bytes - 1));
  const std::string members =
      kept.members == KeptMembers::kAll ? "all" : std::to_string(kept.members);
  return members + " {" + std::string(after.substr(kept.bytes));
}

}  // namespace

TEST_CASE("members before the first that differs are kept", "[json]") {
  CHECK(kept(R"({"a":1})", R"({"a":1,"b":2})") == R"(all {"b":2})");
  CHECK(kept(R"({"a":1,"b":2})", R"({"a":1,"b":3})") == R"(1 {"b":3})");
  CHECK(kept(R"({"a":[1,2],"b":{"c":1,"d":2},"e":5})", R"({"a":[1,2],"b":{"c":1,"d":3},"e":5})") ==
        R"(1 {"b":{"c":1,"d":3},"e":5})");
  CHECK(kept(R"({"a":"x,\",\\","b":[{"c":","},1],"d":1})",
             R"({"a":"x,\",\\","b":[{"c":","},1],"e":1})") == R"(2 {"e":1})");
  CHECK(kept(R"({"a":1,"b":2,"c":3})", R"({"a":1,"b":2})") == R"(1 {"b":2})");
  CHECK(kept(R"({"a":1,"b":"x"})", R"({"a":1,"b":"x\"y"})") == R"(1 {"b":"x\"y"})");
}

TEST_CASE("nothing is kept where the first member differs, or a text is no object", "[json]") {
  for (const auto& [before, after] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({"a":1})", R"({"a":2})"},
           {R"({"a":1,"b":2})", R"({"a":1})"},
           {R"({"a":1,"b":2})", R"({"b":2})"},
           {R"({"a":"1,2"})", R"({"a":"1,3"})"},
           {"{}", R"({"a":1})"},
           {R"({"a":1})", "{}"},
           {"[1,2]", "[1,3]"},
           {"1", "{}"},
           {"{}", "1"}}) {
    INFO(before << " " << after);
    CHECK(kept(before, after) == "nothing");
  }
}
