// How much of an object stands as it is where another one takes its place: the members before the
// first that differs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/json/input/normalizer.h"

namespace arbors::json {

struct KeptMembers {
  static constexpr std::uint32_t kAll = UINT32_MAX;

  std::uint32_t bytes = 0;    // of both texts; another member begins behind them. 0: none is kept
  std::uint32_t members = 0;  // that these hold; kAll: all of the object that is replaced

  explicit operator bool() const { return bytes > 0; }
  bool operator==(const KeptMembers&) const = default;
};

// `before` is minimal JSON text. Whether `after` is JSON at all only shows behind what is kept.
KeptMembers kept_members(std::string_view before, std::string_view after);

// Gives `after` as minimal JSON text, reading no more of it than what follows the members of
// `before` that it keeps; nullopt where that is malformed, or much, or where it cannot tell.
std::optional<std::string> with_kept(KeptMembers kept, std::string_view before,
                                     std::string_view after, ValueNormalizer& normalizer);

}  // namespace arbors::json
