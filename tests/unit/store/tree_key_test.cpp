#include "sql/tables/tree_key.h"

#include "sql/access/sqlite_error.h"
#include "tests/unit/catch.h"

namespace arbors::store::tests {
namespace {

std::vector<DeclaredColumn> column(const char* type, Collation collation = Collation::Binary) {
  return {{"id", type, collation}};
}

TreeKey key(const KeyColumns& columns, std::string_view tree) { return columns.key_of(tree, "t"); }

bool same(const KeyColumns& columns, const char* left, const char* right) {
  const auto tree = [](const char* id) { return "{\"id\":" + std::string(id) + "}"; };
  return is_same(key(columns, tree(left)), key(columns, tree(right)));
}

TEST_CASE("a key is written as one path or several", "[store][key]") {
  CHECK(KeyColumns("id", {}).text() == "id");
  CHECK(KeyColumns(" ( a , b.c ) ", {}).text() == "a, b.c");
  CHECK(KeyColumns("\"a,b\".c, d", {}).text() == "\"a,b\".c, d");
  CHECK(KeyColumns("(a, b.c)", {}).columns_of("t") == "t.a, t.b.c");
  for (const char* text : {"", "()", "a,", "a, a", "a[0]", "a[*].b", "a b"}) {
    INFO(text);
    CHECK_THROWS_AS(KeyColumns(text, {}), Error);
  }
}

TEST_CASE("a key's path is a declared column's, whose case does not matter", "[store][key]") {
  const KeyColumns columns("ID", column("TEXT", Collation::NoCase));
  CHECK(columns.text() == "id");
  CHECK(columns.parts().front().affinity == Affinity::Text);
  CHECK(columns.parts().front().collation == Collation::NoCase);
}

TEST_CASE("keys are the same where a column's values are", "[store][key]") {
  const KeyColumns plain("id", {});
  CHECK(same(plain, "1", "1.0"));
  CHECK(same(plain, "true", "1"));
  CHECK_FALSE(same(plain, "\"1\"", "1"));
  CHECK_FALSE(same(plain, "9007199254740993", "9007199254740992.0"));
  CHECK_FALSE(same(plain, "\"a\"", "\"A\""));
  CHECK(same(KeyColumns("id", column("INTEGER")), "\" 1\"", "1"));
  CHECK(same(KeyColumns("id", column("REAL")), "9007199254740993", "9007199254740992.0"));
  CHECK(same(KeyColumns("id", column("TEXT")), "1.0", "\"1.0\""));
  CHECK_FALSE(same(KeyColumns("id", column("TEXT")), "1", "1.0"));
  CHECK(same(KeyColumns("id", column("", Collation::NoCase)), "\"aB\"", "\"Ab\""));
  CHECK(same(KeyColumns("id", column("", Collation::RTrim)), "\"a  \"", "\"a\""));
}

TEST_CASE("integers beyond int64 are keys by all their digits", "[store][key]") {
  for (const char* type : {"", "INTEGER", "REAL", "TEXT"}) {
    const KeyColumns columns("id", column(type));
    INFO(type);
    CHECK_FALSE(same(columns, "18446744073709551616", "18446744073709551617"));
    CHECK(same(columns, "123456789012345678901234567890", "123456789012345678901234567890"));
    CHECK_FALSE(same(columns, "-9223372036854775809", "-9223372036854775808"));
  }
  CHECK(same(KeyColumns("id", {}), "10000000000000000000", "1e19"));
  CHECK(same(KeyColumns("id", column("TEXT")), "18446744073709551617", "\"18446744073709551617\""));
}

TEST_CASE("a tree without its key has a constraint's error", "[store][key]") {
  const KeyColumns columns("a.b", {});
  const auto code = [&](const char* tree) {
    try {
      key(columns, tree);
    } catch (const SqliteError& error) {
      return error.result();
    }
    return SQLITE_OK;
  };
  CHECK(code(R"({"a":{"b":0}})") == SQLITE_OK);
  for (const char* tree : {"{}", "5", R"({"a":5})", R"({"a":{"b":null}})"}) {
    CHECK(code(tree) == SQLITE_CONSTRAINT_NOTNULL);
  }
  CHECK(code(R"({"a":{"b":[]}})") == SQLITE_CONSTRAINT_CHECK);
  CHECK(code(R"({"a":{"b":{}}})") == SQLITE_CONSTRAINT_CHECK);
}

TEST_CASE("a key may change by what is above and below its paths", "[store][key]") {
  const KeyColumns columns("(a.b, c)", {});
  for (const char* path : {"a", "a.b", "a.b.d", "c"})
    CHECK(columns.may_change_by(parse_path(path)));
  for (const char* path : {"b", "a.c", "d.a"}) CHECK_FALSE(columns.may_change_by(parse_path(path)));
}

}  // namespace
}  // namespace arbors::store::tests
