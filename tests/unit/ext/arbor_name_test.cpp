#include "ext/session/arbor_name.h"

#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

// main.a, main.b and aux.a are Arbors; main.plain and main.seen are not.
class Zoo : public TestConnection {
 public:
  Zoo() : session_(db()) {
    ask("ATTACH ':memory:' AS aux; CREATE TABLE plain(x); CREATE VIEW seen AS SELECT 1");
    for (const char* name : {"a", "b", "aux.a", "\"odd.name\""})
      ask(std::string("CREATE VIRTUAL TABLE ") + name + " USING arbor");
  }
  std::string found(std::string_view name) {
    try {
      const std::optional<ArborName> arbor = find_arbor(session_, name);
      return arbor ? arbor->schema + '/' + arbor->table : "none";
    } catch (const Error& error) {
      return error.what();
    }
  }
  Session& session() { return session_; }

 private:
  Session session_;
};

TEST_CASE("an Arbor is found by name or schema.name, case ignored", "[ext][name]") {
  Zoo zoo;
  CHECK(zoo.found("a") == "main/a");
  CHECK(zoo.found("A") == "main/a");
  CHECK(zoo.found("MAIN.A") == "main/a");
  CHECK(zoo.found("aux.a") == "aux/a");
  CHECK(zoo.found("aux.b") == "none");
  CHECK(zoo.found("c") == "none");
  CHECK(zoo.found("") == "none");
}

TEST_CASE("a dot is part of the name where no database is called so", "[ext][name]") {
  Zoo zoo;
  CHECK(zoo.found("odd.name") == "main/odd.name");
  CHECK(zoo.found("main.odd.name") == "main/odd.name");
}

TEST_CASE("a name may stand in double quotes, as in SQL", "[ext][name]") {
  Zoo zoo;
  CHECK(zoo.found("\"a\"") == "main/a");
  CHECK(zoo.found("main.\"odd.name\"") == "main/odd.name");
  CHECK(zoo.found("\"aux\".a") == "aux/a");
  CHECK(zoo.found("\"aux\".\"odd.name\"") == "none");
  CHECK(zoo.found("\"a") == "none");
  CHECK(zoo.found("\"a\"b") == "none");
  const ArborName quoted = new_arbor_name(zoo.session(), "aux.\"say \"\"hi\"\"\"");
  CHECK(quoted.schema == "aux");
  CHECK(quoted.table == "say \"hi\"");
  // A name that has quotes of its own is found as it is.
  zoo.ask("CREATE VIRTUAL TABLE \"\"\"a\"\"\" USING arbor");
  CHECK(zoo.found("\"a\"") == "main/\"a\"");
}

TEST_CASE("temp comes before main, as SQLite looks for tables", "[ext][name]") {
  Zoo zoo;
  zoo.ask("CREATE VIRTUAL TABLE temp.a USING arbor");
  CHECK(zoo.found("a") == "temp/a");
}

TEST_CASE("what is no Arbor is said to be none", "[ext][name]") {
  Zoo zoo;
  CHECK(zoo.found("plain") == "plain is not an Arbor but an ordinary table or view");
  CHECK(zoo.found("seen") == "seen is not an Arbor but an ordinary table or view");
  CHECK(zoo.ask("SELECT arbor_check('plain')") ==
        "error: plain is not an Arbor but an ordinary table or view");
}

TEST_CASE("an unknown name is answered by those there are", "[ext][name]") {
  Zoo zoo;
  CHECK(zoo.ask("SELECT arbor_check('c')") ==
        "error: no such Arbor: c (there are: a, b, odd.name, aux.a)");
  TestConnection empty;
  CHECK(empty.ask("SELECT arbor_check('c')") == "error: no such Arbor: c (there are none)");
}

TEST_CASE("a new Arbor goes where its name says, or to main", "[ext][name]") {
  Zoo zoo;
  CHECK(new_arbor_name(zoo.session(), "new").schema == "main");
  CHECK(new_arbor_name(zoo.session(), "aux.new").schema == "aux");
  CHECK(new_arbor_name(zoo.session(), "aux.new").table == "new");
  CHECK_THROWS_WITH(new_arbor_name(zoo.session(), "other.new"),
                    ContainsSubstring("unknown database other"));
  CHECK_THROWS_AS(new_arbor_name(zoo.session(), ""), Error);
  CHECK_THROWS_AS(new_arbor_name(zoo.session(), "aux."), Error);
}

TEST_CASE("names are kept whatever they look like", "[ext][name]") {
  const std::string name = GENERATE(values<std::string>(
      {"with space", "a\"b", "it''s", "select", "\xC3\xA9t\xC3\xA9", "1", "%s"}));
  TestConnection connection;
  INFO(name);
  CHECK(connection.ask("SELECT arbor_append('" + name + "', '{\"k\":1}') ->> 'trees'") == "1\n");
  CHECK(connection.ask("SELECT trees FROM arbor_list WHERE name = '" + name + "'") == "1\n");
  CHECK(connection.ask("SELECT arbor_check('" + name + "')") == "ok\n");
  CHECK(connection.ask("SELECT arbor_delete('" + name + "'), arbor_delete('" + name + "')") ==
        "1|0\n");
}

}  // namespace
}  // namespace arbors::ext
