#include "engine/expr/text/keywords.h"

#include <algorithm>
#include <array>

#include "engine/base/value.h"

namespace arbors::expr {

bool same_word(std::string_view left, std::string_view right) {
  return left.size() == right.size() && compare(left, right, Collation::NoCase) == 0;
}

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 21> kReserved{
      "and",   "between", "case", "collate", "else",   "end",  "escape",
      "false", "glob",    "in",   "is",      "isnull", "it",   "like",
      "not",   "notnull", "null", "or",      "then",   "true", "when"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [word](std::string_view reserved) { return same_word(word, reserved); });
}

bool is_quoted(std::string_view word) {
  return is_reserved(word) || same_word(word, "select") || same_word(word, "distinct");
}

}  // namespace arbors::expr
