#include "engine/json/edit/difference.h"

#include <string>

#include "tests/unit/catch.h"

using namespace arbors;
using namespace arbors::json;

namespace {

std::string differences(std::string_view before, std::string_view after) {
  std::string all;
  for_each_difference(before, after, [&](const Path& path, const auto& old, const auto& now) {
    all += to_text(path) + ": " + std::string(old.value_or("-")) + " > " +
           std::string(now.value_or("-")) + "; ";
  });
  return all;
}

}  // namespace

TEST_CASE("objects are entered, other values are shown whole", "[json]") {
  CHECK(differences(R"({"a":1,"b":2})", R"({"b":2,"a":1})").empty());
  CHECK(differences(R"({"a":1})", R"({"a":1.0})") == "a: 1 > 1.0; ");
  CHECK(differences(R"({"o":{"x":1,"y":{"z":1}}})", R"({"o":{"y":{"z":2},"x":1}})") ==
        "o.y.z: 1 > 2; ");
  CHECK(differences(R"({"o":{"x":1}})", R"({"o":[1]})") == R"(o: {"x":1} > [1]; )");
  CHECK(differences(R"({"a":[1,2]})", R"({"a":[2,1]})") == "a: [1,2] > [2,1]; ");
  CHECK(differences(R"({"a":null})", R"({"b":null})") == "a: null > -; b: - > null; ");
  CHECK(differences("1", "{}") == ": 1 > {}; ");
}

TEST_CASE("the order of keys is none of a difference, inside arrays either", "[json]") {
  CHECK(
      differences(R"([{"a":1,"b":[{"c":1,"d":2}]}])", R"([{"b":[{"d":2,"c":1}],"a":1}])").empty());
  CHECK(is_same_value(R"({"a":1,"b":{"x":1,"y":2}})", R"({"b":{"y":2,"x":1},"a":1})"));
  CHECK_FALSE(is_same_value(R"({"a":1,"b":1})", R"({"a":1,"c":1})"));
  CHECK_FALSE(is_same_value(R"([1,2])", R"([2,1])"));
  CHECK_FALSE(is_same_value("true", "1.00"));
}
