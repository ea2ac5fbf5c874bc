// The plans of texts that were read lately, since the same questions are asked again and again.
// What a text means depends on what the catalog says of the names in it: all that was asked of the
// catalog as the text was read is asked again, and the plan is given again where the answers are
// the same. What was refused is read anew, so that its error tells of what is there now.
#pragma once

#include <array>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/plan/select/catalog.h"

namespace arbors::plan {

class KnownPlans {
 public:
  // Reads a plan or a SELECT as parse_plan() does. Throws as it does.
  NodePtr parse(std::string_view text, std::span<const Value> parameters,
                const select::Catalog& catalog);

 private:
  class Recorder;
  struct AskedTable {
    Source source;                           // as it was asked for
    Source::Kind kind = Source::Kind::Name;  // as it was answered
    select::Table table;
  };
  // What the catalog said.
  struct Answers {
    std::vector<AskedTable> tables;
    std::vector<select::CalledFunction> calls;  // none the host's own
    std::array<bool, 3> collations{};           // asked for, and not the host's own
    std::vector<std::pair<std::string, bool>> read_by_parts;
    bool refused = false;  // something that may not stay so
  };
  struct Known {
    std::string text;
    std::vector<Value> parameters;
    int digits = 0;  // of reals as texts, which constants may hold
    NodePtr plan;
    Answers answers;
  };
  static bool holds(const Answers& answers, const select::Catalog& catalog);
  void keep(std::string_view text, std::span<const Value> parameters, NodePtr plan,
            Answers answers);

  std::list<Known> known_;  // the one that was asked for last comes first
};

}  // namespace arbors::plan
