#include "engine/codec/integers/used_codes.h"

#include <algorithm>

namespace arbors::codec {
namespace {

// By a table of all entries.
std::vector<std::uint32_t> number_in_table(std::span<std::uint32_t> codes, std::size_t entries) {
  std::vector<std::uint32_t> place(entries);  // among those that are used, or 0
  for (const std::uint32_t code : codes) place[code] = 1;
  std::vector<std::uint32_t> used;
  for (std::uint32_t entry = 0; entry < entries; ++entry) {
    if (place[entry] == 0) continue;
    place[entry] = static_cast<std::uint32_t>(used.size());
    used.push_back(entry);
  }
  for (std::uint32_t& code : codes) code = place[code];
  return used;
}

}  // namespace

std::vector<std::uint32_t> number_used(std::span<std::uint32_t> codes, std::size_t entries) {
  constexpr std::size_t kWorthATable = 32;  // entries for each code, up to which it costs less
  if (entries <= codes.size() * kWorthATable) return number_in_table(codes, entries);
  std::vector<std::uint32_t> used(codes.begin(), codes.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  for (std::uint32_t& code : codes) {
    const auto found = std::lower_bound(used.begin(), used.end(), code);
    code = static_cast<std::uint32_t>(found - used.begin());
  }
  return used;
}

}  // namespace arbors::codec
