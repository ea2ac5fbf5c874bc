#include "engine/expr/search/text_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/base/interrupt.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

namespace {

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Sixteen bytes that are compared at once, on any processor that can (SSE2, NEON).
using Bytes [[gnu::vector_size(16)]] = unsigned char;

Bytes bytes_at(const char* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

Bytes sixteen(char byte) { return Bytes{} + static_cast<unsigned char>(byte); }

// Gives the first byte of a comparison's result that is set; its size where none is.
std::size_t first_set(Bytes result) {
#if defined(__SSE2__)
  const auto places = static_cast<unsigned>(_mm_movemask_epi8(std::bit_cast<__m128i>(result)));
  return places == 0 ? sizeof result : static_cast<std::size_t>(std::countr_zero(places));
#else
  const auto words = std::bit_cast<std::array<std::uint64_t, 2> >(result);
  const bool second = words[0] == 0;
  return (second ? 8 : 0) + static_cast<std::size_t>(std::countr_zero(words[second ? 1 : 0])) / 8;
#endif
}

}  // namespace

PartFinder::PartFinder(std::string_view part, bool fold)
    : part_(part),
      fold_(fold),
      first_(part.front()),
      last_(part.back()),
      first_case_(fold && is_letter(first_) ? 0x20 : 0),
      last_case_(fold && is_letter(last_) ? 0x20 : 0) {}

bool PartFinder::stands_at(const char* text) const {
  if (!fold_) return std::memcmp(text, part_.data(), part_.size()) == 0;
  for (std::size_t i = 0; i < part_.size(); ++i)
    if (lower(text[i]) != part_[i]) return false;
  return true;
}

// Gives the first place of `at` .. `end` - 1 where the part's first byte stands and its last one
// where it would end; `end` where there is none.
std::size_t PartFinder::candidate(const char* text, std::size_t at, std::size_t end) const {
  const char* ends = text + part_.size() - 1;
  const Bytes first = sixteen(first_), first_case = sixteen(first_case_);
  const Bytes last = sixteen(last_), last_case = sixteen(last_case_);
  for (; end - at >= sizeof first; at += sizeof first) {
    const auto begins = (bytes_at(text + at) | first_case) == first;
    const auto closes = (bytes_at(ends + at) | last_case) == last;
    const std::size_t place = first_set(std::bit_cast<Bytes>(begins & closes));
    if (place < sizeof first) return at + place;
  }
  for (; at < end; ++at)
    if ((text[at] | first_case_) == first_ && (ends[at] | last_case_) == last_) break;
  return at;
}

std::size_t PartFinder::find(std::string_view text, std::size_t at) const {
  if (text.size() < part_.size()) return std::string_view::npos;
  const std::size_t places = text.size() - part_.size() + 1;
  PolledSteps steps;
  while (at < places) {
    const std::size_t end = std::min(places, at + kPlacesAtOnce);
    const std::size_t found = candidate(text.data(), at, end);
    steps.step(1 + (found - at + part_.size()) / kBytesAStep);
    if (found < end && stands_at(text.data() + found)) return found;
    at = found < end ? found + 1 : end;
  }
  return std::string_view::npos;
}

}  // namespace arbors::expr
