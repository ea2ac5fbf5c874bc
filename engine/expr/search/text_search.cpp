#include "engine/expr/search/text_search.h"

#include <algorithm>
#include <cstring>

#include "engine/base/interrupt.h"

namespace arbors::expr {
namespace {

constexpr std::size_t kPlacesAtOnce =
    1 << 18;  // tried between two questions, or as many as part's bytes
constexpr std::size_t kShortPart = 16;

// find() tries the whole part wherever its first byte stands; memmem is linear, but slow to begin.
std::size_t find_in(std::string_view window, std::string_view part) {
  if (part.size() <= kShortPart) return window.find(part);
  const void* found = ::memmem(window.data(), window.size(), part.data(), part.size());
  return found == nullptr
             ? std::string_view::npos
             : static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
}

}  // namespace

std::size_t find_text(std::string_view text, std::string_view part, std::size_t at) {
  const std::size_t places = std::max(kPlacesAtOnce, part.size());
  while (at <= text.size() && part.size() <= text.size() - at) {
    const std::string_view window = text.substr(at, places + part.size());
    const std::size_t found = find_in(window, part);
    if (found != std::string_view::npos) return at + found;
    poll_interrupt(window.size() / kBytesAStep);
    if (window.size() < places + part.size()) break;
    at += places + 1;
  }
  return std::string_view::npos;
}

}  // namespace arbors::expr
