// Times that every version of SQLite reads alike, to the second: of the years 1000 to 9999, from
// numbers of seconds and from the common ISO 8601 texts. The host is asked for all others.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "engine/expr/evaluate/operand.h"

namespace arbors::expr {

struct PlainTimes {
  // In place of a row's seconds: it is NULL; the host must be asked.
  static constexpr std::int64_t kNull = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kAsk = kNull + 1;
  static constexpr std::int64_t kFirst = -30610224000, kLast = 253402300799;

  std::vector<std::int64_t> seconds;  // since 1970, a row each
  std::uint32_t asks = 0;             // rows of kAsk
  bool nulls = false;
};

// Reads texts, not modified.
PlainTimes times_of_texts(const Operand& times, std::uint32_t rows);
// Reads numbers of seconds from `first` on, which is not below kFirst.
PlainTimes times_of_numbers(const Operand& times, std::uint32_t rows, std::int64_t first);

// The seconds of one text, or kAsk.
std::int64_t seconds_of_plain_text(std::string_view text);

}  // namespace arbors::expr
