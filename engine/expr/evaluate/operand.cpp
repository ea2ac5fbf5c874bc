#include "engine/expr/evaluate/operand.h"

namespace arbors::expr {

using batch::Tag;

Scalar scalar_at(const batch::Vector& vector, std::size_t row) {
  switch (vector.tag(row)) {
    case Tag::False:
      return Scalar(std::int64_t{0});
    case Tag::True:
      return Scalar(std::int64_t{1});
    case Tag::Integer:
      return Scalar(vector.integers[row]);
    case Tag::Real:
    case Tag::BigNumber:
      return Scalar(vector.reals[row]);
    case Tag::String:
      return Scalar((*vector.strings)[vector.codes[row]]);
    case Tag::Opaque:
      return Scalar(vector.opaque ? (*vector.opaque)[vector.codes[row]] : std::string_view(),
                    ValueKind::Json);
    case Tag::Object:
    case Tag::Array:
      return Scalar(std::string_view(), ValueKind::Json);
    default:
      return {};
  }
}

Scalar Operand::operator[](std::size_t i) const {
  return is_constant() ? Scalar(constant_) : scalar_at(*vector_, row(i));
}

}  // namespace arbors::expr
