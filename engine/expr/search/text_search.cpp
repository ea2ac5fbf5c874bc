#include "engine/expr/search/text_search.h"

#include <algorithm>
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
#if defined(__SSE2__)
  const auto block = [](const char* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  const __m128i first = _mm_set1_epi8(first_), first_case = _mm_set1_epi8(first_case_);
  const __m128i last = _mm_set1_epi8(last_), last_case = _mm_set1_epi8(last_case_);
  for (; end - at >= 16; at += 16) {
    const __m128i begins = _mm_cmpeq_epi8(_mm_or_si128(block(text + at), first_case), first);
    const __m128i closes = _mm_cmpeq_epi8(_mm_or_si128(block(ends + at), last_case), last);
    const int places = _mm_movemask_epi8(_mm_and_si128(begins, closes));
    if (places != 0)
      return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(places)));
  }
#endif
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
