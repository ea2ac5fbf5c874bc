#include "ext/session/declaration.h"

#include "engine/base/error.h"
#include "tests/unit/catch.h"

namespace arbors::ext {
namespace {

Declaration declare(std::vector<const char*> arguments) { return parse_declaration(arguments); }

std::string complaint(std::vector<const char*> arguments) {
  try {
    parse_declaration(arguments);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Invalid);
    return error.what();
  }
  return "accepted";
}

std::vector<std::string> keys(const Path& path) {
  std::vector<std::string> keys;
  for (const PathStep& step : path.steps) keys.push_back(step.key);
  return keys;
}

TEST_CASE("without arguments an Arbor shows what it finds", "[ext][declaration]") {
  for (const Declaration& declaration : {declare({}), declare({""}), declare({"  \n"})}) {
    CHECK(declaration.columns.empty());
    CHECK(declaration.found_columns);
    CHECK(declaration.batch_trees == 16'384);
    CHECK(declaration.retain == 8);
  }
}

TEST_CASE("a declared column has a name, a type, an affinity and a collation",
          "[ext][declaration]") {
  struct Case {
    const char* argument;
    std::string name, type;
    Affinity affinity;
    Collation collation;
  };
  const Case expected = GENERATE(values<Case>({
      {"a", "a", "", Affinity::None, Collation::Binary},
      {" a INTEGER ", "a", "INTEGER", Affinity::Integer, Collation::Binary},
      {"a VARCHAR(20)", "a", "VARCHAR(20)", Affinity::Text, Collation::Binary},
      {"a DECIMAL(10, 2)", "a", "DECIMAL(10, 2)", Affinity::Numeric, Collation::Binary},
      {"a DOUBLE PRECISION", "a", "DOUBLE PRECISION", Affinity::Real, Collation::Binary},
      {"a TEXT COLLATE nocase", "a", "TEXT", Affinity::Text, Collation::NoCase},
      {"a COLLATE RTRIM", "a", "", Affinity::None, Collation::RTrim},
      {"a blob collate binary", "a", "blob", Affinity::None, Collation::Binary},
      {"\"a b\" INT", "a b", "INT", Affinity::Integer, Collation::Binary},
      {"[a b] INT", "a b", "INT", Affinity::Integer, Collation::Binary},
      {"`a``b`", "a`b", "", Affinity::None, Collation::Binary},
      {"\"say \"\"hi\"\"\"", "say \"hi\"", "", Affinity::None, Collation::Binary},
      {"\"batch_trees\" INT", "batch_trees", "INT", Affinity::Integer, Collation::Binary},
  }));
  INFO(expected.argument);
  const Declaration declaration = declare({expected.argument});
  REQUIRE(declaration.columns.size() == 1);
  const DeclaredColumn& column = declaration.columns.front();
  CHECK(column.name == expected.name);
  CHECK(column.type == expected.type);
  CHECK(column.affinity == expected.affinity);
  CHECK(column.collation == expected.collation);
}

TEST_CASE("a column's name is read as a path, or is one key where it is none",
          "[ext][declaration]") {
  using Keys = std::vector<std::string>;
  const auto [argument, path] = GENERATE(table<const char*, Keys>({
      {"\"birth.year\"", {"birth", "year"}},
      {"\"career.2B\"", {"career", "2B"}},
      {"\"\"\"birth.year\"\"\"", {"birth.year"}},
      {"\"two words\"", {"two words"}},
      {"\"batting[0].HR\"", {"batting[0].HR"}},
      {"\"a..b\"", {"a..b"}},
  }));
  INFO(argument);
  CHECK(keys(declare({argument}).columns.front().path) == path);
}

TEST_CASE("options stand among the columns, in any order and case", "[ext][declaration]") {
  const Declaration declaration =
      declare({"batch_trees=4096", "a INTEGER", " RETAIN = 3 ", "b", "columns=Declared"});
  CHECK(declaration.batch_trees == 4096);
  CHECK(declaration.retain == 3);
  CHECK_FALSE(declaration.found_columns);
  REQUIRE(declaration.columns.size() == 2);
  CHECK(declaration.columns[1].name == "b");
  CHECK(declare({"columns=all"}).found_columns);
  CHECK(declare({"batch_trees=1"}).batch_trees == 1);
  CHECK(declare({"retain=1"}).retain == 1);
}

TEST_CASE("a bad argument is quoted in its error, with the reason", "[ext][declaration]") {
  const auto [argument, why] = GENERATE(table<const char*, const char*>({
      {"batch_trees=0", "expected a number from 1 to 16384"},
      {"batch_trees=16385", "expected a number from 1 to 16384"},
      {"batch_trees=1e3", "expected a number from 1 to 16384"},
      {"batch_trees=", "expected a number from 1 to 16384"},
      {"retain=0", "expected a number from 1 to 1000000"},
      {"columns=some", "expected columns=declared or columns=all"},
      {"batch_tree=5", "unknown option (there are: batch_trees, columns, key, retain, retain_for)"},
      {"a INTEGER PRIMARY KEY", "constraints cannot be declared on an Arbor's columns"},
      {"a NOT NULL", "constraints cannot be declared on an Arbor's columns"},
      {"a DEFAULT 5", "constraints cannot be declared on an Arbor's columns"},
      {"a HIDDEN", "constraints cannot be declared on an Arbor's columns"},
      {"PRIMARY KEY (a)", "constraints cannot be declared on an Arbor's columns"},
      {"CHECK (a > 1)", "constraints cannot be declared on an Arbor's columns"},
      {"a TEXT COLLATE", "a word is missing"},
      {"a COLLATE unicode", "only the collations BINARY, NOCASE and RTRIM can be declared"},
      {"a VARCHAR(20", "')' is missing"},
      {"\"a", "a quoted name does not end"},
      {"\"\" INT", "a column needs a name"},
      {"*", "expected a name"},
      {"a -> b", "expected a name"},
      {"a.b TEXT", "a name with dots stands in double quotes"},
      {"_tree TEXT", "the name of a hidden column cannot be declared"},
      {"\"_INDEX\"", "the name of a hidden column cannot be declared"},
  }));
  CHECK(complaint({argument}) == "arbor argument '" + std::string(argument) + "': " + why);
}

TEST_CASE("names of columns ignore case: two that differ only in it are one",
          "[ext][declaration]") {
  CHECK(complaint({"a", "A INT"}) == "duplicate column name: A");
  CHECK(complaint({"a", ""}) == "arbor argument '': an argument is empty");
}

TEST_CASE("no more columns are declared than SQLite takes", "[ext][declaration]") {
  std::vector<std::string> names;
  for (int i = 0; i < 1901; ++i) names.push_back("c" + std::to_string(i));
  std::vector<const char*> arguments;
  for (const std::string& name : names) arguments.push_back(name.c_str());
  CHECK(complaint(arguments) == "an Arbor exposes at most 1,900 columns");
  arguments.pop_back();
  CHECK(declare(arguments).columns.size() == 1900);
}

TEST_CASE("an identifier is quoted so that SQL reads the same name", "[ext][declaration]") {
  CHECK(quote_identifier("birth.year") == "\"birth.year\"");
  CHECK(quote_identifier("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(quote_identifier("") == "\"\"");
}

}  // namespace
}  // namespace arbors::ext
