// Aggregates over many rows in few groups, and over the members of objects, against sums made here.
#include "engine/exec/group/aggregation.h"

#include <map>
#include <random>

#include "tests/unit/catch.h"
#include "tests/unit/exec/plan_runner.h"

namespace arbors::exec {

TEST_CASE("sums, counts and bounds of few groups are exact, of small and of great integers",
          "[exec]") {
  std::mt19937_64 random(12);
  for (const int bits : {10, 45, 48, 53}) {
    struct Group {
      __extension__ __int128 sum = 0;
      std::int64_t rows = 0, values = 0, least = INT64_MAX, greatest = INT64_MIN;
    };
    std::map<std::string, Group> groups;
    Texts documents;
    for (int i = 0; i < 3000; ++i) {
      const std::string name(1, static_cast<char>('a' + random() % 5));
      const auto value =
          static_cast<std::int64_t>(random() >> (64 - bits)) - (std::int64_t{1} << (bits - 1));
      Group& group = groups[name];
      ++group.rows;
      const bool null = i >= 1000 && random() % 7 == 0;
      documents.push_back(R"({"g":")" + name + R"(","v":)" +
                          (null ? "null" : std::to_string(value)) + "}");
      if (null) continue;
      ++group.values;
      group.sum += value;
      group.least = std::min(group.least, value);
      group.greatest = std::max(group.greatest, value);
    }
    Texts expected;
    for (const auto& [name, group] : groups) {
      REQUIRE(group.sum == static_cast<std::int64_t>(group.sum));
      expected.push_back(R"({"g":")" + name + R"(","n":)" + std::to_string(group.rows) +
                         R"(,"k":)" + std::to_string(group.values) + R"(,"s":)" +
                         std::to_string(static_cast<std::int64_t>(group.sum)) + R"(,"lo":)" +
                         std::to_string(group.least) + R"(,"hi":)" +
                         std::to_string(group.greatest) + "}");
    }
    PlanRunner runner;
    runner.add("p", documents, 1000);
    CAPTURE(bits);
    REQUIRE(runner.run("p | group_by g { count() as n, count(v) as k, sum(v) as s, min(v) as lo, "
                       "max(v) as hi }") == expected);
    Texts counts;
    for (const auto& [name, group] : groups)
      counts.push_back(R"({"g":")" + name + R"(","n":)" + std::to_string(group.rows) + "}");
    REQUIRE(runner.run("p | group_by g { count() as n }") == counts);
  }
}

TEST_CASE("members of objects come in their order, numbers alone or others among them", "[exec]") {
  std::mt19937 random(13);
  for (const bool others : {false, true}) {
    Texts documents, expected;
    for (int i = 0; i < 300; ++i) {
      std::vector<std::string> members;
      for (const char* key : {"a", "b", "c", "d"}) {
        if (random() % 4 == 0) continue;
        std::string value = std::to_string(random() % 100);
        if (random() % 3 == 0) value += ".5";
        if (random() % 9 == 0) value = random() % 2 == 0 ? "null" : "true";
        if (others && random() % 5 == 0) value = R"("x")";
        members.push_back('"' + std::string(key) + R"(":)" + value);
        expected.push_back(R"({"i":)" + std::to_string(i) + R"(,"key":")" + key + R"(","value":)" +
                           value + "}");
      }
      std::string object;
      for (const std::string& member : members) object += (object.empty() ? "" : ",") + member;
      documents.push_back(R"({"i":)" + std::to_string(i) +
                          (i % 17 == 0 && members.empty() ? "}" : R"(,"o":{)" + object + "}}"));
    }
    PlanRunner runner;
    runner.add("p", documents, 40);
    CAPTURE(others);
    REQUIRE(runner.run("p | explode o as m | select i, m.key, m.value") == expected);
    Texts above;
    for (const std::string& tree : expected) {
      const std::string value = tree.substr(tree.rfind(':') + 1);
      if (value.front() == '"' || (value[0] >= '0' && value[0] <= '9' && std::stod(value) > 50))
        above.push_back(tree);
    }
    REQUIRE(runner.run("p | explode o as m | filter m.value > 50 | select i, m.key, m.value") ==
            above);
  }
}

}  // namespace arbors::exec
