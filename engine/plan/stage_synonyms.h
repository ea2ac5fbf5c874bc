// Words that people write for stages in other languages (SQL, jq, Polars, Kusto, SPL), and what
// stands for them here.
#pragma once

#include <span>
#include <string_view>

namespace arbors::plan {

struct StageSynonym {
  std::string_view word;
  std::string_view here;  // begins with a stage's name, or says what to do
};

std::span<const StageSynonym> stage_synonyms();
// Case ignored, and with `_` left out as well as written; empty: not such a word.
std::string_view said_here(std::string_view word);

}  // namespace arbors::plan
