// Which entries of a dictionary some codes name.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace arbors::codec {

// Gives the codes that occur, ascending, and makes each code its number among them. All are below
// `entries`.
std::vector<std::uint32_t> number_used(std::span<std::uint32_t> codes, std::size_t entries);

}  // namespace arbors::codec
