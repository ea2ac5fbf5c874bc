// What is known of one path in one batch without reading its chunk: how many values of each kind,
// their bounds, and which strings may occur. Stored apart from the payload, so that a batch can be
// ruled out unread. Bounds are inclusive and never too narrow; membership may say "perhaps"
// wrongly, never "no".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/wide_integer.h"
#include "engine/batch/vectors/tag.h"

namespace arbors::batch {

struct Statistics {
  std::uint32_t rows = 0;                         // rows of the domain, missing ones included
  std::array<std::uint32_t, kTags> counts{};      // rows of each tag
  std::int64_t integer_min = 0, integer_max = 0;  // where counts[Integer] > 0
  std::optional<WideInteger> integer_sum = 0;     // exact; nullopt where it is not known
  double real_min = 0, real_max = 0;              // Real and BigNumber rows (as doubles)
  std::string string_min;                         // the least string, or a prefix of it
  std::string string_max;                         // the greatest string, or cut and rounded up
  bool string_max_open = false;                   // no upper bound could be kept
  bool numeric_strings = false;  // some string reads as a number (numeric_value is not NULL)
  bool ascii_strings = true;     // every string is ASCII
  std::uint32_t distinct = 0;    // estimate over all scalar rows
  std::vector<std::uint64_t> string_filter;  // a Bloom filter over strings; empty: anything may be

  TagSet kinds() const;
  std::uint32_t count(Tag tag) const { return counts[static_cast<unsigned>(tag)]; }
  bool may_hold_string(std::string_view text) const;

  void write(Bytes& out) const;
  static Statistics read(ByteSpan bytes);  // throws Error{Corrupt}
};

}  // namespace arbors::batch
