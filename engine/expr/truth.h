// Truth values of rows, a byte each, in the order that makes AND the minimum and OR the maximum.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/expr/selection.h"

namespace arbors::expr {

inline constexpr std::uint8_t kFalse = 0;
inline constexpr std::uint8_t kUnknown = 1;  // NULL
inline constexpr std::uint8_t kTrue = 2;

using Truths = std::vector<std::uint8_t>;

constexpr std::uint8_t truth_of(bool value) { return value ? kTrue : kFalse; }
constexpr std::uint8_t negated(std::uint8_t truth) {
  return static_cast<std::uint8_t>(kTrue - truth);
}

// Keeps the rows of a selection whose truth (by position in the selection) equals `wanted`.
void keep(Selection& selection, const Truths& truths, std::uint8_t wanted = kTrue);

}  // namespace arbors::expr
