#include "engine/base/path.h"

#include "engine/base/error.h"
#include "engine/base/path_dictionary.h"
#include "tests/unit/catch.h"

using namespace arbors;

TEST_CASE("Paths are written as they are read", "[path]") {
  for (const char* text :
       {"a", "birth.year", "batting[0].HR", "batting[*].HR", "a[-1]", "[2][*]", "\"a key\".x",
        "career.2B", "\"2B\"", "\"a\"\"b\"", "\"\"", "é.$_x", "a.\"b.c\""}) {
    CHECK(to_text(parse_path(text)) == text);
  }
  CHECK(parse_path("a[-1]").steps[1].index == -1);
  CHECK(parse_path("a[*]").through_array());
  CHECK_FALSE(parse_path("a.b").through_array());
}

TEST_CASE("A malformed path is refused at its byte", "[path]") {
  CHECK_THROWS_WITH(parse_path(""), "path '', byte 1: a path must not be empty");
  CHECK_THROWS_WITH(parse_path("a..b"), "path 'a..b', byte 3: expected a key");
  CHECK_THROWS_WITH(parse_path("é.\"\xff\""),
                    "path 'é.\"\\xff\"', byte 5: a byte that is no UTF-8");
  for (const char* text :
       {".a", "a.", "a b", "a[", "a[x]", "a[1", "\"a", "a[1]b", "a-b", "a[99999999999999999999]"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_path(text), Error);
  }
}

TEST_CASE("A copy of a dictionary shares what it holds until one of the two grows", "[path]") {
  PathDictionary first;
  const PathId a = first.intern_key(kRootPath, "a");
  const PathDictionary copy = first;
  CHECK(&copy[a] == &first[a]);
  const PathId b = first.intern_element(a);
  CHECK(first.text(b) == "a[*]");
  CHECK(copy.size() == 2);
  CHECK(copy.find_element(a) == kNoPath);
  CHECK(copy.children(a).empty());
  CHECK(&copy[a] != &first[a]);
  CHECK(first.intern_key(b, "c") == 3);
  CHECK(first.find_key(kRootPath, "a") == a);
  PathDictionary other = copy;
  CHECK(other.intern_key(a, "b") == 2);
  CHECK(copy.find_key(a, "b") == kNoPath);
}

TEST_CASE("A dictionary numbers paths in order of appearance", "[path]") {
  PathDictionary paths;
  const PathId a = paths.intern_key(kRootPath, "a");
  const PathId elements = paths.intern_element(a);
  const PathId b = paths.intern_key(elements, "b c");
  CHECK(paths.intern_key(kRootPath, "a") == a);
  CHECK(b == 3);
  CHECK(paths[b].domain == elements);
  CHECK(paths[elements].domain == elements);
  CHECK(paths[a].domain == kRootPath);
  CHECK(paths[b].depth == 3);
  CHECK(paths.text(b) == "a[*].\"b c\"");
  CHECK(paths.find_key(kRootPath, "b c") == kNoPath);
  CHECK(paths.find_element(kRootPath) == kNoPath);
  const auto prefix = paths.longest_prefix(parse_path("a[7].x.y"));
  CHECK(prefix.id == elements);
  CHECK(prefix.steps == 2);
  CHECK(paths.children(a).size() == 1);
}
