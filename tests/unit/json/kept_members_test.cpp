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

// A text of an object with `long` before other members, normalized by those alone.
std::string completed(std::string_view before, std::string_view after) {
  const std::string begin = R"({"long":"lllllllllllllllllllllllllllllllllllllllllllll",)";
  const std::string old = begin + std::string(before), now = begin + std::string(after);
  const KeptMembers kept = kept_members(old, now);
  REQUIRE(kept);
  ValueNormalizer normalizer;
  const auto text = with_kept(kept, old, now, normalizer);
  if (!text) return "other";
  REQUIRE(*text == normalize(now));
  return text->substr(begin.size());
}

}  // namespace

TEST_CASE("what follows the members that are kept is read alone", "[json]") {
  CHECK(completed(R"("a":1})", R"("a":1,"b":2})") == R"("a":1,"b":2})");
  CHECK(completed(R"("a":1})", R"("a":1, "b" : [ 1.50, "\u0041" ] })") ==
        R"("a":1,"b":[1.5,"A"]})");
  CHECK(completed(R"("a":"}"})", R"("a":"}","":null})") == R"("a":"}","":null})");
  CHECK(completed(R"("a":1})", R"("a":1,"b":2,"c":3})") == R"("a":1,"b":2,"c":3})");
  CHECK(completed(R"("a":1})", R"("a":12})") == R"("a":12})");
  CHECK(completed(R"("a":1,"b":2})", R"("a":1})") == R"("a":1})");
  CHECK(completed(R"("a":[1],"b":2})", R"( "b" : [ ], "b":3})") == R"("b":3})");
  CHECK(completed(R"("ba":1})", R"("ba":1,"a":2})") == R"("ba":1,"a":2})");
  CHECK(completed(R"("b":"a\":"})", R"("b":"a\":","a":2})") == R"("b":"a\":","a":2})");
}

TEST_CASE("texts that are malformed, or have a kept key once more, are told apart", "[json]") {
  for (const char* after : {R"("a":1,})", R"("a":1,"b":2)", R"("a":1,"b":2}})", R"("a":1,"b":2} 3)",
                            R"("a":1,"b"})", R"("a":1,"a":2})", R"("a":1,"\u0061":2})", "}", "",
                            R"("b":1,"long":2})", R"("a":1,"lo\u006eg":2})", "\"b\":\"\xff\"}"}) {
    INFO(after);
    CHECK(completed(R"("a":1})", after) == "other");
  }
  CHECK(completed(R"("\n":1})", R"("\n":1,"\n":2})") == "other");
  CHECK(completed(R"("\u0001":1})", R"("\u0001":1,"\u0001":2})") == "other");
  CHECK(completed(R"("a\"":1})", R"("a\"":1,"a\"":2})") == "other");
}

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
