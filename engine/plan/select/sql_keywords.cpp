#include "engine/plan/select/sql_keywords.h"

#include <algorithm>
#include <array>

#include "engine/base/value.h"

namespace arbors::plan::select {

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() && compare(left, right, Collation::NoCase) == 0;
}

bool is_keyword(std::string_view word) {
  // Those that SQLite never takes as names (https://sqlite.org/lang_keywords.html, %fallback).
  static constexpr std::array<std::string_view, 55> kKeywords{
      "all",    "and",    "as",     "between", "case",      "collate", "cross",   "distinct",
      "else",   "end",    "escape", "except",  "exists",    "from",    "full",    "glob",
      "group",  "having", "in",     "inner",   "intersect", "is",      "isnull",  "join",
      "left",   "like",   "limit",  "match",   "natural",   "not",     "notnull", "null",
      "offset", "on",     "or",     "order",   "outer",     "over",    "filter",  "partition",
      "regexp", "right",  "select", "set",     "then",      "union",   "using",   "values",
      "when",   "where",  "window", "with",    "returning", "table",   "by"};
  if (word.empty()) return false;
  // Most words are told by their first letter.
  const auto first = static_cast<char>(word.front() | 0x20);
  return std::any_of(kKeywords.begin(), kKeywords.end(), [&](std::string_view keyword) {
    return keyword.front() == first && same_name(word, keyword);
  });
}

}  // namespace arbors::plan::select
