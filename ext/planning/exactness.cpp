#include "ext/planning/exactness.h"

namespace arbors::ext {

// What can happen to a comparison of this column with a known value, by the rules of
// https://sqlite.org/datatype3.html section 4.2:
//   column of numeric affinity: texts that read as numbers become numbers, on both sides, whatever
//   the right side's affinity is;
//   column of TEXT affinity: numbers become texts, unless the right side has an affinity too;
//   column without affinity: nothing, unless the right side's is numeric, which no constant text's
//   is; then the column's texts become numbers where it holds some.
bool comparison_is_exact(Affinity column, const PathFacts& facts,
                         const std::optional<Value>& right) {
  if (column != Affinity::None && column != Affinity::Text) return true;
  if (!right) return false;
  switch (right->kind) {
    case ValueKind::Null:
    case ValueKind::Blob:
      return true;
    case ValueKind::Integer:
    case ValueKind::Real:
      return column == Affinity::None && !facts.may_be_text();
    case ValueKind::Text:
    case ValueKind::Json:
      return column == Affinity::None || !facts.may_be_number();
  }
  return false;
}

// Numbers compared with numbers are converted for a TEXT column only (and there reals are, while
// two integers are not); texts compared with texts only to numbers, and so is anything in a column
// without affinity.
expr::Coercion superset_coercion(Affinity column, const PathFacts& facts, const Value& right) {
  if (right.is_number() && !facts.may_be_text() && column != Affinity::Text)
    return expr::Coercion::None;
  if (column == Affinity::None) return expr::Coercion::NumericSuperset;
  if (right.is_text() && !facts.may_be_number()) return expr::Coercion::NumericSuperset;
  return expr::Coercion::Superset;
}

expr::Coercion exact_coercion(Affinity column) {
  switch (column) {
    case Affinity::None:
      return expr::Coercion::None;
    case Affinity::Text:
      return expr::Coercion::Text;
    default:
      return expr::Coercion::Numeric;
  }
}

}  // namespace arbors::ext
