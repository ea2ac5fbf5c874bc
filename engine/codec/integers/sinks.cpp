#include "engine/codec/integers/sinks.h"

#include <algorithm>

namespace arbors::codec {
namespace {

template <Lane T>
std::uint64_t sum_of(std::span<const T> values) {
  std::uint64_t sum = 0;
  for (const T value : values) sum += static_cast<std::uint64_t>(value);
  return sum;
}

// Searches from the front for the first that is not below a place, by steps that double: one place
// among many positions and many places in turn are both found soon.
std::size_t first_not_below(std::span<const std::uint32_t> positions, std::uint32_t place) {
  std::size_t below = 0, step = 1;  // so many are below
  while (below + step <= positions.size() && positions[below + step - 1] < place) {
    below += step;
    step *= 2;
  }
  const auto rest = positions.subspan(below, std::min(step - 1, positions.size() - below));
  return below +
         static_cast<std::size_t>(std::lower_bound(rest.begin(), rest.end(), place) - rest.begin());
}

}  // namespace

template <Lane T>
Sums<T>::Sums(Places at, std::span<std::uint64_t> out) : at_(at), out_(out) {
  std::fill(out_.begin(), out_.end(), 0);  // also what stands before nothing
}

template <Lane T>
bool Sums<T>::values(std::span<const T> next) {
  const std::size_t end = passed_ + next.size();
  for (; next_ < at_.size() && at_[next_] <= end; ++next_) {
    const std::size_t part = at_[next_] - passed_;
    sum_ += sum_of(next.first(part));
    next = next.subspan(part);
    passed_ += part;
    out_[next_] = sum_;
  }
  if (next_ == at_.size()) return false;
  sum_ += sum_of(next);
  passed_ = end;
  return true;
}

template <Lane T>
bool Sums<T>::runs(std::span<const std::uint32_t> lengths, std::span<const T> heads) {
  for (std::size_t run = 0; run < heads.size(); ++run) {
    const auto head = static_cast<std::uint64_t>(heads[run]);
    const std::size_t end = passed_ + lengths[run];
    for (; next_ < at_.size() && at_[next_] <= end; ++next_)
      out_[next_] = sum_ + (at_[next_] - passed_) * head;
    if (next_ == at_.size()) return false;
    sum_ += lengths[run] * head;
    passed_ = end;
  }
  return true;
}

template class Sums<std::int64_t>;
template class Sums<std::uint32_t>;

Ranks::Ranks(Places at, std::uint32_t ranked, std::span<std::uint32_t> codes,
             std::span<std::uint32_t> ranks)
    : at_(at), ranked_(ranked), codes_(codes), ranks_(ranks) {}

void Ranks::set(std::uint32_t code, std::size_t rank) {
  codes_[next_] = code;
  ranks_[next_] = static_cast<std::uint32_t>(rank);
  ++next_;
}

void Ranks::count(std::span<const std::uint32_t> codes) {
  for (std::uint32_t left = ranked_; left != 0; left &= left - 1) {
    const auto code = static_cast<std::uint32_t>(std::countr_zero(left));
    counts_[code] += static_cast<std::size_t>(std::count(codes.begin(), codes.end(), code));
  }
  passed_ += codes.size();
}

bool Ranks::values(std::span<const std::uint32_t> next) {
  const std::size_t end = passed_ + next.size();
  while (wants_more() && at_[next_] < end) {
    const std::size_t part = at_[next_] - passed_;
    count(next.first(part));
    next = next.subspan(part);
    set(next[0], is_ranked(next[0]) ? counts_[next[0]] : 0);
  }
  if (wants_more()) count(next);
  return wants_more();
}

bool Ranks::runs(std::span<const std::uint32_t> lengths, std::span<const std::uint32_t> heads) {
  for (std::size_t run = 0; run < heads.size() && wants_more(); ++run) {
    const std::uint32_t code = heads[run];
    const std::size_t end = passed_ + lengths[run];
    const bool ranked = is_ranked(code);
    while (wants_more() && at_[next_] < end)
      set(code, ranked ? counts_[code] + (at_[next_] - passed_) : 0);
    if (ranked) counts_[code] += lengths[run];
    passed_ = end;
  }
  return wants_more();
}

bool Ranks::exceptions(std::uint32_t same, std::size_t, std::span<const std::uint32_t> positions,
                       std::span<const std::uint32_t> others) {
  while (wants_more()) {
    const std::uint32_t place = at_[next_];
    const std::size_t before = passed_ + first_not_below(positions.subspan(passed_), place);
    count(others.subspan(passed_, before - passed_));
    const bool other = before < positions.size() && positions[before] == place;
    const std::uint32_t code = other ? others[before] : same;
    if (!is_ranked(code))
      set(code, 0);
    else
      set(code, counts_[code] + (code == same ? place - before : 0));
  }
  return false;
}

// Goes through the places beside the values, and searches for the place where these fall.
bool Hits::values(std::span<const std::uint32_t> next) {
  if (!next.empty() && may_hold(next)) {
    auto place = at_.begin();
    std::uint32_t last = next[0];
    const auto search = [&] { place = std::lower_bound(at_.begin(), at_.end(), last); };
    search();
    for (std::size_t i = 0; i < next.size(); ++i) {
      const bool falls = next[i] < last;
      last = next[i];
      if (falls) search();
      while (place != at_.end() && *place < last) ++place;
      if (place != at_.end() && *place == last)
        hits_.push_back({static_cast<std::uint32_t>(passed_ + i),
                         static_cast<std::uint32_t>(place - at_.begin())});
    }
  }
  passed_ += next.size();
  return true;
}

// Few places are compared with all values at once, which mostly are none of them.
bool Hits::may_hold(std::span<const std::uint32_t> values) const {
  constexpr std::size_t kFew = 8;
  if (at_.size() > kFew) return true;
  std::uint32_t found = 0;
  for (const std::uint32_t place : at_)
    for (const std::uint32_t value : values) found |= static_cast<std::uint32_t>(value == place);
  return found != 0;
}

}  // namespace arbors::codec
