#include "engine/exec/group/kept_value.h"

namespace arbors::exec {

using batch::Tag;

namespace {

// What a value of each kind is to SQL; asks for no more of it than its kind has.
template <typename Integer, typename Real, typename Text>
Scalar scalar_of(Tag tag, Integer integer, Real real, Text text) {
  switch (tag) {
    case Tag::Missing:
    case Tag::Null:
      return {};
    case Tag::False:
    case Tag::True:
      return Scalar(std::int64_t{tag == Tag::True});
    case Tag::Integer:
      return Scalar(integer());
    case Tag::Real:
    case Tag::BigNumber:
      return Scalar(real());
    default:
      return Scalar(text(), tag == Tag::String ? ValueKind::Text : ValueKind::Json);
  }
}

}  // namespace

bool look_alike(const Scalar& left, const Scalar& right) {
  const auto is_text = [](const Scalar& value) {
    return value.kind == ValueKind::Text || value.kind == ValueKind::Json;
  };
  return (left.kind == right.kind || (is_text(left) && is_text(right))) &&
         compare(left, right, Collation::Binary) == 0;
}

Scalar scalar_at(const batch::Vector& vector, std::size_t row) {
  return scalar_of(
      vector.tag(row), [&] { return vector.integers[row]; }, [&] { return vector.reals[row]; },
      [&] { return vector.text(row); });
}

void KeptValue::keep(const batch::Vector& vector, std::size_t row) {
  tag = vector.tag(row);
  if (tag == Tag::Integer) integer = vector.integers[row];
  if (tag == Tag::Real || tag == Tag::BigNumber) real = vector.reals[row];
  text = vector.text(row);
}

bool KeptValue::looks_like(const batch::Vector& vector, std::size_t row) const {
  return look_alike(scalar(), scalar_at(vector, row));
}

bool KeptValue::looks_like(const KeptValue& other) const {
  return look_alike(scalar(), other.scalar());
}

Scalar KeptValue::scalar() const {
  return scalar_of(
      tag, [&] { return integer; }, [&] { return real; }, [&] { return std::string_view(text); });
}

void KeptValue::append_to(batch::VectorBuilder& builder) const {
  switch (tag) {
    case Tag::Missing:
      return builder.append_missing();
    case Tag::Null:
      return builder.append_null();
    case Tag::False:
    case Tag::True:
      return builder.append_bool(tag == Tag::True);
    case Tag::Integer:
      return builder.append_integer(integer);
    case Tag::Real:
      return builder.append_real(real);
    case Tag::BigNumber:
      return builder.append_big_number(text, real);
    case Tag::String:
      return builder.append_text(text);
    default:
      return builder.append_json(text);
  }
}

}  // namespace arbors::exec
