// How much of an object stands as it is where another one takes its place: the members before the
// first that differs.
#pragma once

#include <cstdint>
#include <string_view>

namespace arbors::json {

struct KeptMembers {
  static constexpr std::uint32_t kAll = UINT32_MAX;

  std::uint32_t bytes = 0;    // of both texts; another member begins behind them. 0: none is kept
  std::uint32_t members = 0;  // that these hold; kAll: all of the object that is replaced

  explicit operator bool() const { return bytes > 0; }
  bool operator==(const KeptMembers&) const = default;
};

// Both are minimal JSON texts.
KeptMembers kept_members(std::string_view before, std::string_view after);

}  // namespace arbors::json
