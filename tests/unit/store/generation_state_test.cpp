#include "sql/state/generation_state.h"

#include <functional>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/out_of_memory.h"

using namespace arbors;
using namespace arbors::store;

namespace {

constexpr std::int64_t kMostRowid = 20;

SegmentVersion segment_of(std::int64_t id, std::int64_t first_rowid) {
  SegmentVersion segment;
  segment.id = segment.pos = id;
  segment.run.rows = segment.run.count = segment.facts.trees = 3;
  segment.run.first_rowid = first_rowid;
  return segment;
}

// Two segments of three rows, of which 4 has another tree and 5 another value, and two rows more.
struct Some {
  Some() {
    a = paths.intern_key(kRootPath, "a");
    b = paths.intern_key(kRootPath, "b");
    state.insert(10, R"({"a":1,"b":2})");
    state.insert(11, "{}");
    state.replace(4, R"({"a":3})");
    state.set(5, std::vector<SetValue>{{a, "4"}}, paths);
  }

  PathDictionary paths;
  PathId a = 0, b = 0;
  GenerationState state{{segment_of(1, 1), segment_of(2, 4)}};
};

std::string text_of(const GenerationState& state) {
  std::string text = std::to_string(state.trees()) + " trees, " + std::to_string(state.replaced()) +
                     " replaced, " + std::to_string(state.erased()) + " erased, " +
                     std::to_string(state.inserted().size()) + " inserted\n";
  for (std::int64_t rowid = 0; rowid < kMostRowid; ++rowid) {
    const auto found = state.find(rowid);
    CHECK(state.contains(rowid) == found.has_value());
    if (!found) continue;
    text += std::to_string(rowid) + " at " + std::to_string(found->position) + ":";
    if (const auto tree = state.pending_text(rowid)) text += " " + std::string(*tree);
    if (found->stored) {
      for (const SetValue& value : state.values_over(*found->stored))
        text += " " + std::to_string(value.path) + "=" + value.json;
    }
    text += "\n";
  }
  return text;
}

struct RowChange {
  std::string name;
  std::function<void(Some&)> make;
};

const std::vector<RowChange>& row_changes() {
  static const std::vector<RowChange> changes{
      {"insert", [](Some& in) { in.state.insert(12, R"({"new":true})"); }},
      {"erase an inserted one", [](Some& in) { in.state.erase(10); }},
      {"erase a stored one", [](Some& in) { in.state.erase(2); }},
      {"erase a replaced one", [](Some& in) { in.state.erase(4); }},
      {"replace an inserted one", [](Some& in) { in.state.replace(11, R"({"other":1})"); }},
      {"replace a stored one", [](Some& in) { in.state.replace(1, R"({"other":2})"); }},
      {"replace one with a value", [](Some& in) { in.state.replace(5, R"({"other":3})"); }},
      {"set values of an inserted one",
       [](Some& in) {
         in.state.set(10, std::vector<SetValue>{{in.a, "7"}, {in.b, "8"}}, in.paths);
       }},
      {"set values of a stored one",
       [](Some& in) {
         in.state.set(3, std::vector<SetValue>{{in.a, "7"}, {in.b, "8"}}, in.paths);
       }},
      {"set values of one with a value",
       [](Some& in) {
         in.state.set(5, std::vector<SetValue>{{in.b, "8"}, {in.a, "9"}, {in.b, "10"}}, in.paths);
       }},
  };
  return changes;
}

}  // namespace

TEST_CASE("a change of a row that fails leaves all rows as they were", "[store]") {
  const RowChange& change = GENERATE(from_range(row_changes()));
  INFO(change.name);
  const std::string before = text_of(Some().state);
  Some changed;
  change.make(changed);
  const std::string after = text_of(changed.state);
  REQUIRE(before != after);
  bool failed = true;
  for (std::int64_t at = 1; failed; ++at) {
    INFO("allocation " << at);
    Some some;
    failed = fails_at(at, [&] { change.make(some); });
    REQUIRE(text_of(some.state) == (failed ? before : after));
    if (!failed) break;
    change.make(some);
    REQUIRE(text_of(some.state) == after);
  }
}
