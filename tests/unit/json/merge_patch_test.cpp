#include "engine/json/edit/merge_patch.h"

#include <string>

#include "engine/base/path.h"
#include "tests/unit/catch.h"

namespace arbors::json {
namespace {

TEST_CASE("merge patches do what RFC 7396 lists", "[merge_patch]") {
  struct Example {
    std::string value, patch, result;
  };
  const Example examples[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      {"", R"({"a":{"b":null,"c":[null]}})", R"({"a":{"c":[null]}})"},
      {R"({"\"k\n":1,"z":2})", R"({"\"k\n":3})", R"({"\"k\n":3,"z":2})"},
      {R"({"\"k\\":1,"\\\\":"a","":[],"z":2})", R"({"z":3})",
       R"({"\"k\\":1,"\\\\":"a","":[],"z":3})"},
      {R"({"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10})",
       R"({"b":0,"c":null,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0})",
       R"({"a":1,"b":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0})"},
  };
  for (const Example& example : examples) {
    INFO(example.value << " and " << example.patch);
    CHECK(merge_patch(example.value, example.patch) == example.result);
  }
}

TEST_CASE("deep patches are merged", "[merge_patch]") {
  std::string deep = "1";
  for (int level = 0; level < 1500; ++level) deep = "{\"k\":" + deep + "}";
  CHECK(merge_patch(deep, deep) == deep);
  CHECK(merge_patch("", deep) == deep);
}

TEST_CASE("the scalars that a patch sets alone are listed", "[merge_patch]") {
  const auto scalars = patched_scalars(R"({"a":1,"b":{"c":true,"d e":"x"}})");
  REQUIRE(scalars);
  std::string text;
  for (const PatchedScalar& scalar : *scalars)
    text += to_text(scalar.path) + '=' + scalar.json + ';';
  CHECK(text == R"(a=1;b.c=true;b."d e"="x";)");
  for (const char* patch : {R"({"a":null})", R"({"a":[1]})", R"({"a":{}})",
                            R"({"a":1,"b":{"c":{}}})", "{}", "5", "[]", "null"}) {
    INFO(patch);
    CHECK_FALSE(patched_scalars(patch));
  }
}

}  // namespace
}  // namespace arbors::json
