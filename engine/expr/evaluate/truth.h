// Truth values of rows, a byte each, in the order that makes AND the minimum and OR the maximum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/batch/vectors/tag.h"
#include "engine/expr/evaluate/selection.h"

namespace arbors::expr {

inline constexpr std::uint8_t kFalse = 0;
inline constexpr std::uint8_t kUnknown = 1;  // NULL
inline constexpr std::uint8_t kTrue = 2;

using Truths = std::vector<std::uint8_t>;

constexpr std::uint8_t truth_of(bool value) { return value ? kTrue : kFalse; }
constexpr std::uint8_t negated(std::uint8_t truth) {
  return static_cast<std::uint8_t>(kTrue - truth);
}

// Puts for each row the lesser of two truths (AND), and counts those that are true.
std::size_t meet(Truths& truths, const Truths& others);
// Tells of each code whether it is one of `count` from `first` on; `flip` is kTrue for the
// contrary.
void test_codes(std::span<const std::uint8_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths);
void test_codes(std::span<const std::uint16_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths);
void test_codes(std::span<const std::uint32_t> codes, std::uint32_t first, std::uint32_t count,
                std::uint8_t flip, std::uint8_t* truths);
// Tells of each number whether it is one of `low` to `high`, of which low is not the greater;
// `flip` is kTrue for the contrary.
void test_numbers(std::span<const std::int64_t> values, std::int64_t low, std::int64_t high,
                  std::uint8_t flip, std::uint8_t* truths);
void test_numbers(std::span<const double> values, double low, double high, std::uint8_t flip,
                  std::uint8_t* truths);
// Puts Unknown where a tag is that of a missing value or of NULL.
void mark_nulls(std::span<const std::uint8_t> tags, std::uint8_t* truths);

// Turns the tags of booleans and NULLs into truths.
void read_booleans(std::span<const std::uint8_t> tags, std::uint8_t* truths);
// Turns truths into tags: True, False and Null.
void write_booleans(const Truths& truths, std::uint8_t* tags);

// Takes other truths where a tag is not the given one.
void replace_others(std::span<const std::uint8_t> tags, batch::Tag tag, const std::uint8_t* others,
                    std::uint8_t* truths);
// Counts the rows of one truth.
std::size_t count(const Truths& truths, std::uint8_t wanted = kTrue);
// Keeps the rows of a selection whose truth (by position in the selection) equals `wanted`.
void keep(Selection& selection, const Truths& truths, std::uint8_t wanted = kTrue);
// The same where they are counted already.
void keep(Selection& selection, const Truths& truths, std::uint8_t wanted, std::size_t kept);

}  // namespace arbors::expr
