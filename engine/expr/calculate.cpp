#include "engine/expr/calculate.h"

#include <cmath>
#include <optional>

#include "engine/batch/vector_builder.h"

namespace arbors::expr {
namespace {

using batch::Tag;
using batch::TagSet;
using batch::Vector;
using batch::VectorPtr;

enum class Plain { Integers, Reals, No };

// Tells whether an operand's values that are not NULL are numbers of one plain type.
Plain plain(const Operand& operand) {
  if (operand.is_constant()) {
    if (operand.constant().kind == ValueKind::Integer) return Plain::Integers;
    return operand.constant().kind == ValueKind::Real ? Plain::Reals : Plain::No;
  }
  const TagSet values = operand.vector().kinds & static_cast<TagSet>(~batch::kNullTags);
  if (values == batch::tag_bit(Tag::Integer)) return Plain::Integers;
  const TagSet reals = batch::tag_bit(Tag::Real) | batch::tag_bit(Tag::BigNumber);
  return values != 0 && (values & ~reals) == 0 ? Plain::Reals : Plain::No;
}

// Calls `loop` with a getter of an operand's numbers by position.
template <typename Loop>
void with_numbers(const Operand& operand, Plain type, Loop loop) {
  if (operand.is_constant()) {
    if (type == Plain::Integers) {
      return loop([value = operand.constant().integer](std::size_t) { return value; });
    }
    return loop([value = operand.constant().real](std::size_t) { return value; });
  }
  with_rows(operand, [&](auto row_of) {
    if (type == Plain::Integers) {
      const std::int64_t* values = operand.vector().integers.data();
      return loop([values, row_of](std::size_t i) { return values[row_of(i)]; });
    }
    const double* values = operand.vector().reals.data();
    loop([values, row_of](std::size_t i) { return values[row_of(i)]; });
  });
}

template <typename Left, typename Right>
bool integer_loop(Arithmetic op, Left left, Right right, std::vector<std::int64_t>& out) {
  bool overflow = false;
  const auto each = [&](auto step) {
    for (std::size_t i = 0; i < out.size(); ++i) overflow |= step(left(i), right(i), &out[i]);
  };
  using I = std::int64_t;
  switch (op) {
    case Arithmetic::Add:
      each([](I a, I b, I* c) { return __builtin_add_overflow(a, b, c); });
      break;
    case Arithmetic::Subtract:
      each([](I a, I b, I* c) { return __builtin_sub_overflow(a, b, c); });
      break;
    case Arithmetic::Multiply:
      each([](I a, I b, I* c) { return __builtin_mul_overflow(a, b, c); });
      break;
    default:
      return false;
  }
  return !overflow;
}

template <typename Left, typename Right>
bool real_loop(Arithmetic op, Left left, Right right, std::vector<double>& out) {
  bool invalid = false;  // some result is NULL that no operand is
  const auto each = [&](auto step) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = step(static_cast<double>(left(i)), static_cast<double>(right(i)));
      invalid |= std::isnan(out[i]);
    }
  };
  switch (op) {
    case Arithmetic::Add:
      each([](double a, double b) { return a + b; });
      break;
    case Arithmetic::Subtract:
      each([](double a, double b) { return a - b; });
      break;
    case Arithmetic::Multiply:
      each([](double a, double b) { return a * b; });
      break;
    case Arithmetic::Divide:
      each([](double a, double b) { return b == 0 ? std::nan("") : a / b; });
      break;
    default:
      return false;
  }
  return !invalid;
}

// Puts Null rows where an operand is NULL, and clears their slots.
void mark_nulls(Vector& out, const Operand& operand, Tag tag) {
  if (operand.is_constant() || (operand.vector().kinds & batch::kNullTags) == 0) return;
  if (out.tags.empty()) out.tags.assign(out.rows, static_cast<std::uint8_t>(tag));
  with_rows(operand, [&](auto row_of) {
    for (std::size_t i = 0; i < out.rows; ++i) {
      const Tag of_row = operand.vector().tag(row_of(i));
      if ((batch::tag_bit(of_row) & batch::kNullTags) == 0) continue;
      out.tags[i] = static_cast<std::uint8_t>(Tag::Null);
      out.kinds |= batch::tag_bit(Tag::Null);
      if (!out.integers.empty()) out.integers[i] = 0;
      if (!out.reals.empty()) out.reals[i] = 0;
    }
  });
}

// Computes plain numbers in one typed loop; null where a row needs the general rules.
VectorPtr calculate_plain(Arithmetic op, const Operand& left, const Operand& right,
                          std::uint32_t rows) {
  const Plain a = plain(left);
  const Plain b = plain(right);
  if (a == Plain::No || b == Plain::No) return nullptr;
  auto out = std::make_shared<Vector>();
  out->rows = rows;
  const bool integers = a == Plain::Integers && b == Plain::Integers;
  out->uniform = integers ? Tag::Integer : Tag::Real;
  out->kinds = batch::tag_bit(out->uniform);
  bool done = false;
  with_numbers(left, a, [&](auto left_at) {
    with_numbers(right, b, [&](auto right_at) {
      using Left = decltype(left_at(0));
      using Right = decltype(right_at(0));
      if constexpr (std::is_same_v<Left, std::int64_t> && std::is_same_v<Right, std::int64_t>) {
        out->integers.resize(rows);
        done = integer_loop(op, left_at, right_at, out->integers);
      } else {
        out->reals.resize(rows);
        done = real_loop(op, left_at, right_at, out->reals);
      }
    });
  });
  if (!done) return nullptr;
  mark_nulls(*out, left, out->uniform);
  mark_nulls(*out, right, out->uniform);
  return out;
}

}  // namespace

VectorPtr calculate_rows(Arithmetic op, const Operand& left, const Operand& right,
                         std::uint32_t rows) {
  if (VectorPtr plain = calculate_plain(op, left, right, rows)) return plain;
  batch::VectorBuilder out(rows);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const Scalar result = calculate(op, left[i], right[i]);
    if (result.kind == ValueKind::Integer) {
      out.append_integer(result.integer);
    } else if (result.kind == ValueKind::Real) {
      out.append_real(result.real);
    } else {
      out.append_null();
    }
  }
  return out.finish();
}

}  // namespace arbors::expr
