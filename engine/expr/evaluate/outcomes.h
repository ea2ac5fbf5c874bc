// Which truths an expression may have over a batch's rows: a set of kFalse, kUnknown, kTrue. Never
// too small. The three-valued operators work on sets as they do on truths.
#pragma once

#include <cstdint>

#include "engine/expr/evaluate/truth.h"

namespace arbors::expr {

class Outcomes {
 public:
  static constexpr Outcomes none() { return Outcomes(0); }
  static constexpr Outcomes all() { return Outcomes(7); }
  static constexpr Outcomes only(std::uint8_t truth) {
    return Outcomes(static_cast<std::uint8_t>(1U << truth));
  }
  static constexpr Outcomes either() { return Outcomes(5); }  // true or false

  constexpr bool may_be(std::uint8_t truth) const { return ((bits_ >> truth) & 1) != 0; }
  constexpr bool must_be(std::uint8_t truth) const { return bits_ == (1U << truth); }
  constexpr void add(Outcomes more) { bits_ |= more.bits_; }

  // What `combine` may give of any member of this and any of the other.
  template <typename Combine>
  constexpr Outcomes with(Outcomes other, Combine combine) const {
    Outcomes result = none();
    for (std::uint8_t a = kFalse; a <= kTrue; ++a) {
      for (std::uint8_t b = kFalse; b <= kTrue; ++b) {
        if (may_be(a) && other.may_be(b)) result.add(only(combine(a, b)));
      }
    }
    return result;
  }
  // What each truth is turned into.
  constexpr Outcomes mapped(std::uint8_t of_false, std::uint8_t of_unknown,
                            std::uint8_t of_true) const {
    Outcomes result = none();
    if (may_be(kFalse)) result.add(only(of_false));
    if (may_be(kUnknown)) result.add(only(of_unknown));
    if (may_be(kTrue)) result.add(only(of_true));
    return result;
  }

 private:
  explicit constexpr Outcomes(std::uint8_t bits) : bits_(bits) {}
  std::uint8_t bits_;
};

}  // namespace arbors::expr
