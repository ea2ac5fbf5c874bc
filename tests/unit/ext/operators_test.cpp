#include "ext/planning/operators.h"

#include <set>

#include "tests/unit/catch.h"

namespace arbors::ext {
namespace {

TEST_CASE("every operator of a scan's terms has a row of its own", "[ext][operators]") {
  std::set<TermOp> seen;
  for (const Operator& known : operators()) {
    INFO(known.word);
    CHECK(seen.insert(known.op).second);
    CHECK(&operator_of(known.op) == &known);
    if (known.code) CHECK(constraint_operator(*known.code) == &known);
    CHECK((!is_range(known.op) || known.comparison));
  }
  CHECK(seen.size() == static_cast<std::size_t>(TermOp::IsNotNull) + 1);
}

TEST_CASE("no operator's word hides a later one that begins with it", "[ext][operators]") {
  const auto all = operators();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t later = i + 1; later < all.size(); ++later) {
      INFO(all[i].word << " before " << all[later].word);
      CHECK_FALSE(all[later].word.starts_with(all[i].word));
    }
}

TEST_CASE("what no scan takes is no operator", "[ext][operators]") {
  CHECK(constraint_operator(SQLITE_INDEX_CONSTRAINT_LIMIT) == nullptr);
  CHECK(constraint_operator(SQLITE_INDEX_CONSTRAINT_OFFSET) == nullptr);
  CHECK(constraint_operator(SQLITE_INDEX_CONSTRAINT_FUNCTION) == nullptr);
}

}  // namespace
}  // namespace arbors::ext
