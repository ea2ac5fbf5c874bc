#include "sql/store/text_extremes.h"

#include <algorithm>

#include "engine/batch/columns/statistics_maker.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostRead = 8;     // batches asked for one extreme
constexpr std::size_t kMostShown = 256;  // bytes of a text

std::string cut(std::string text, std::size_t most) {
  if (text.size() > most) text.resize(most);
  // Takes the last character along where it is not whole: its first byte says how long it is.
  std::size_t begin = text.size();
  while (begin > 0 && (static_cast<unsigned char>(text[begin - 1]) & 0xC0) == 0x80) --begin;
  if (begin > 0) {
    const auto lead = static_cast<unsigned char>(text[begin - 1]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (begin - 1 + length > text.size()) text.resize(begin - 1);
  }
  return text + "…";
}

std::string fit(std::string text) {
  return text.size() > kMostShown ? cut(std::move(text), kMostShown) : text;
}

}  // namespace

void TextExtremes::add(exec::BatchId batch, const batch::Statistics& statistics, bool whole) {
  if (statistics.count(batch::Tag::String) == 0) return;
  const auto known = [whole](const std::string& bound) {
    return whole || bound.size() < batch::kBoundBytes;
  };
  const bool open = statistics.string_max_open;
  shares_.push_back({batch,
                     {statistics.string_min, statistics.string_max},
                     known(statistics.string_min),
                     !open && known(statistics.string_max),
                     open});
}

void TextExtremes::learn(Share& share, const Read& read) {
  share.texts = read(share.batch);
  share.least_known = share.greatest_known = true;
  share.open = false;
}

// Asks the batches in order of their lower bounds until no other can hold less.
std::string TextExtremes::least(const Read& read) {
  std::ranges::sort(shares_, {}, [](const Share& share) { return share.texts.least; });
  std::optional<std::string> best;
  std::size_t asked = 0;
  for (Share& share : shares_) {
    if (best && share.texts.least > *best) break;
    if (!share.least_known) {
      if (++asked > kMostRead) return cut(share.texts.least, kMostShown);
      learn(share, read);
    }
    if (!best || share.texts.least < *best) best = share.texts.least;
  }
  return fit(best.value_or(""));
}

// The same from above. All bytes of a bound but the last are those of the greatest text.
std::string TextExtremes::greatest(const Read& read) {
  std::ranges::sort(shares_, [](const Share& left, const Share& right) {
    return left.open != right.open ? left.open : left.texts.greatest > right.texts.greatest;
  });
  std::optional<std::string> best;
  std::size_t asked = 0;
  for (Share& share : shares_) {
    if (best && !share.open && share.texts.greatest < *best) break;
    if (!share.greatest_known) {
      if (++asked > kMostRead && !share.open)
        return cut(share.texts.greatest, share.texts.greatest.size() - 1);
      learn(share, read);
    }
    if (!best || share.texts.greatest > *best) best = share.texts.greatest;
  }
  return fit(best.value_or(""));
}

TextExtremes::Texts TextExtremes::shown(const Read& read) { return {least(read), greatest(read)}; }

}  // namespace arbors::store
