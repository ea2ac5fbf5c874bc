#include "engine/expr/evaluate/comparison.h"

#include "engine/base/interrupt.h"
#include "engine/base/number_text.h"

namespace arbors::expr {
namespace {

bool accepts(Comparison op, int order) {
  switch (op) {
    case Comparison::Equal:
      return order == 0;
    case Comparison::NotEqual:
      return order != 0;
    case Comparison::Less:
      return order < 0;
    case Comparison::LessEqual:
      return order <= 0;
    case Comparison::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool holds_numeric(Comparison op, const Scalar& left, const Scalar& right, Collation collation) {
  const auto number = [](const Scalar& value) {
    if (!value.is_text()) return value;
    const Value read = numeric_value(value.text);
    return read.is_null() ? value : Scalar(read);
  };
  return accepts(op, compare(number(left), number(right), collation));
}

bool holds_text(Comparison op, const Scalar& left, const Scalar& right, Collation collation) {
  std::string texts[2];
  const auto text = [](const Scalar& value, std::string& out) {
    if (!value.is_number()) return value;
    append_text(out, value);
    return Scalar(std::string_view(out));
  };
  return accepts(op, compare(text(left, texts[0]), text(right, texts[1]), collation));
}

// Compares rows of plain numbers that a getter gives by position.
template <typename Left, typename Right>
void compare_numbers(Comparison op, Left left, Right right, Truths& out) {
  const auto each = [&](auto accepted) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = truth_of(accepted(left(i), right(i)));
  };
  switch (op) {
    case Comparison::Equal:
      return each([](auto a, auto b) { return a == b; });
    case Comparison::NotEqual:
      return each([](auto a, auto b) { return a != b; });
    case Comparison::Less:
      return each([](auto a, auto b) { return a < b; });
    case Comparison::LessEqual:
      return each([](auto a, auto b) { return a <= b; });
    case Comparison::Greater:
      return each([](auto a, auto b) { return a > b; });
    default:
      return each([](auto a, auto b) { return a >= b; });
  }
}

bool all_of_tag(const Operand& operand, batch::Tag tag) {
  return !operand.is_constant() && operand.vector().tags.empty() && operand.vector().uniform == tag;
}

// Compares two columns of one plain number type; false where they are not.
bool compare_plain(const Compare& form, const Operand& left, const Operand& right, Truths& out) {
  if (form.coercion == Coercion::Text || form.coercion == Coercion::Superset) return false;
  const auto run = [&](const auto& a, const auto& b) {
    with_rows(left, [&](auto row_a) {
      with_rows(right, [&](auto row_b) {
        compare_numbers(
            form.op, [&](std::size_t i) { return a[row_a(i)]; },
            [&](std::size_t i) { return b[row_b(i)]; }, out);
      });
    });
    return true;
  };
  using batch::Tag;
  if (all_of_tag(left, Tag::Integer) && all_of_tag(right, Tag::Integer)) {
    return run(left.vector().integers, right.vector().integers);
  }
  if (all_of_tag(left, Tag::Real) && all_of_tag(right, Tag::Real)) {
    return run(left.vector().reals, right.vector().reals);
  }
  return false;
}

// Compares two columns of texts; false where they hold other values, or texts may be numbers.
bool compare_texts(const Compare& form, const Operand& left, const Operand& right, Truths& out) {
  using batch::Tag;
  constexpr batch::TagSet kTexts = batch::tag_bit(Tag::String) | batch::kNullTags;
  if (form.coercion != Coercion::None && form.coercion != Coercion::Text) return false;
  const auto texts = [](const Operand& operand) {
    return !operand.is_constant() && operand.vector().only(kTexts);
  };
  if (!texts(left) || !texts(right)) return false;
  const batch::Vector& a = left.vector();
  const batch::Vector& b = right.vector();
  const bool equality = form.op == Comparison::Equal || form.op == Comparison::NotEqual;
  const bool by_bytes = equality && form.collation == Collation::Binary;
  const bool by_code = by_bytes && a.strings == b.strings && a.strings && a.strings->distinct;
  const bool wanted = form.op == Comparison::Equal;
  PolledSteps steps;
  with_rows(left, [&](auto row_a) {
    with_rows(right, [&](auto row_b) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t in_a = row_a(i), in_b = row_b(i);
        if (a.tag(in_a) != Tag::String || b.tag(in_b) != Tag::String) {
          out[i] = kUnknown;
          continue;
        }
        steps.step();
        const std::uint32_t code_a = a.codes[in_a], code_b = b.codes[in_b];
        if (by_code) {
          out[i] = truth_of((code_a == code_b) == wanted);
          continue;
        }
        const std::string_view text_a = (*a.strings)[code_a], text_b = (*b.strings)[code_b];
        out[i] = truth_of(by_bytes ? (text_a == text_b) == wanted
                                   : accepts(form.op, compare(text_a, text_b, form.collation)));
      }
    });
  });
  return true;
}

}  // namespace

bool holds(Comparison op, const Scalar& left, const Scalar& right, Collation collation,
           Coercion coercion) {
  switch (coercion) {
    case Coercion::None:
      return accepts(op, compare(left, right, collation));
    case Coercion::Numeric:
      return holds_numeric(op, left, right, collation);
    case Coercion::Text:
      return holds_text(op, left, right, collation);
    default:
      return accepts(op, compare(left, right, collation)) ||
             holds_numeric(op, left, right, collation) ||
             (coercion == Coercion::Superset && holds_text(op, left, right, collation));
  }
}

Comparison mirrored(Comparison op) {
  switch (op) {
    case Comparison::Less:
      return Comparison::Greater;
    case Comparison::LessEqual:
      return Comparison::GreaterEqual;
    case Comparison::Greater:
      return Comparison::Less;
    case Comparison::GreaterEqual:
      return Comparison::LessEqual;
    default:
      return op;
  }
}

Truths compare_rows(const Compare& form, const Operand& left, const Operand& right,
                    std::size_t rows) {
  Truths out(rows);
  if (compare_plain(form, left, right, out) || compare_texts(form, left, right, out)) return out;
  PolledSteps steps;
  for (std::size_t i = 0; i < rows; ++i) {
    steps.step();
    const Scalar a = left[i];
    const Scalar b = right[i];
    const bool null = a.is_null() || b.is_null();
    out[i] = null ? kUnknown : truth_of(holds(form.op, a, b, form.collation, form.coercion));
  }
  return out;
}

}  // namespace arbors::expr
