// The prefix and the suffix that all strings of a list share.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace arbors::codec {

inline std::string_view shared_prefix(std::span<const std::string_view> values) {
  if (values.empty()) return {};
  std::string_view shared = values[0];
  for (const std::string_view value : values) {
    const auto end = std::mismatch(shared.begin(), shared.end(), value.begin(), value.end()).first;
    shared = shared.substr(0, static_cast<std::size_t>(end - shared.begin()));
  }
  return shared;
}

inline std::string_view shared_suffix(std::span<const std::string_view> values) {
  if (values.empty()) return {};
  std::string_view shared = values[0];
  for (const std::string_view value : values) {
    const auto end =
        std::mismatch(shared.rbegin(), shared.rend(), value.rbegin(), value.rend()).first;
    shared.remove_prefix(static_cast<std::size_t>(shared.rend() - end));
  }
  return shared;
}

}  // namespace arbors::codec
