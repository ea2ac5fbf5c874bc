#include "engine/expr/evaluate/calculate.h"

#include <bit>
#include <cmath>
#include <optional>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/codec/packing/kernel.h"

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

// Divides by one number by multiplying with its reciprocal (Granlund and Montgomery 1994, figure
// 4.1, of magnitudes): a fifth of the time of the processor's division.
class Divisor {
 public:
  explicit Divisor(std::int64_t divisor) : divisor_(divisor) {
    const std::uint64_t size = magnitude(divisor);
    const int bits = std::bit_width(size - 1);
    const auto power = bits == 64 ? std::uint64_t{0} : std::uint64_t{1} << bits;
    factor_ = static_cast<std::uint64_t>((static_cast<Wide>(power - size) << 64) / size) + 1;
    first_shift_ = bits > 0 ? 1 : 0;
    second_shift_ = bits > 0 ? bits - 1 : 0;
  }

  // Not of the smallest integer by -1, which overflows.
  std::int64_t quotient(std::int64_t value) const {
    const std::uint64_t size = magnitude(value);
    const auto high = static_cast<std::uint64_t>((static_cast<Wide>(factor_) * size) >> 64);
    const std::uint64_t whole = (high + ((size - high) >> first_shift_)) >> second_shift_;
    return static_cast<std::int64_t>((value < 0) != (divisor_ < 0) ? 0 - whole : whole);
  }
  std::int64_t remainder(std::int64_t value) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) -
                                     static_cast<std::uint64_t>(quotient(value)) *
                                         static_cast<std::uint64_t>(divisor_));
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static std::uint64_t magnitude(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? 0 - bits : bits;
  }

  std::int64_t divisor_;
  std::uint64_t factor_ = 0;
  int first_shift_ = 0, second_shift_ = 0;
};

// Natural numbers below 2^51 as doubles, all of them vectorized: added to the bits of 2^52, a
// number is the fraction of 2^52 + itself.
constexpr int kPlainBits = 51;
constexpr double kOffset = 4503599627370496.0;  // 2^52
constexpr std::uint64_t kOffsetBits = 0x4330000000000000;

bool plain_divisor(std::int64_t divisor) {
  return divisor > 1 && divisor < std::int64_t{1} << kPlainBits;
}

ARBORS_KERNEL bool all_plain(const std::int64_t* values, std::size_t rows) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < rows; ++i) bits |= static_cast<std::uint64_t>(values[i]);
  return bits >> kPlainBits == 0;
}

// Divides plain numbers in place, a third of the time of the loop over a Divisor. The quotient by
// the reciprocal, rounded, is the right one or one more: its error is below a quarter.
ARBORS_KERNEL void divide_plain(std::int64_t* values, std::size_t rows, double divisor,
                                bool remainder) {
  const double reciprocal = 1 / divisor;
  const double wanted = remainder ? 1 : 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double value =
        std::bit_cast<double>(static_cast<std::uint64_t>(values[i]) | kOffsetBits) - kOffset;
    const double quotient = (value * reciprocal + kOffset) - kOffset;
    const double rest = value - quotient * divisor;
    const double above = rest < 0 ? 1.0 : 0.0;
    const double result = wanted != 0 ? rest + above * divisor : quotient - above;
    values[i] =
        static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(result + kOffset) & ~kOffsetBits);
  }
}

// Divides integers by a constant; false for the two that need the general rules.
template <typename Left>
bool divide_loop(Arithmetic op, Left left, std::int64_t right, std::vector<std::int64_t>& out) {
  if (right == 0 || right == -1) return false;
  std::int64_t* results = out.data();
  const std::size_t rows = out.size();
  if (plain_divisor(right)) {
    for (std::size_t i = 0; i < rows; ++i) results[i] = left(i);
    if (all_plain(results, rows)) {
      divide_plain(results, rows, static_cast<double>(right), op == Arithmetic::Remainder);
      return true;
    }
  }
  const Divisor divisor(right);
  if (op == Arithmetic::Divide) {
    for (std::size_t i = 0; i < rows; ++i) results[i] = divisor.quotient(left(i));
  } else {
    for (std::size_t i = 0; i < rows; ++i) results[i] = divisor.remainder(left(i));
  }
  return true;
}

bool divides(Arithmetic op) { return op == Arithmetic::Divide || op == Arithmetic::Remainder; }

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
    case Arithmetic::Divide:
    case Arithmetic::Remainder:
      each([op](I a, I b, I* c) {
        if (b == 0 || b == -1) return true;
        *c = op == Arithmetic::Divide ? a / b : a % b;
        return false;
      });
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
        done = right.is_constant() && divides(op)
                   ? divide_loop(op, left_at, right.constant().integer, out->integers)
                   : integer_loop(op, left_at, right_at, out->integers);
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
