#include "engine/batch/vectors/codes.h"

#include <algorithm>
#include <limits>

#include "engine/batch/vectors/picked_values.h"

namespace arbors::batch {
namespace {

template <typename Word>
bool holds(std::size_t entries) {
  return entries <= std::size_t{std::numeric_limits<Word>::max()} + 1;
}

template <typename Word>
std::vector<Word> narrowed(const std::vector<std::uint32_t>& codes) {
  std::vector<Word> words(codes.size());
  std::ranges::transform(codes, words.begin(),
                         [](std::uint32_t code) { return static_cast<Word>(code); });
  return words;
}

}  // namespace

Codes Codes::narrow(std::vector<std::uint32_t> codes, std::size_t entries) {
  if (holds<std::uint8_t>(entries)) return Codes(Words(narrowed<std::uint8_t>(codes)));
  if (holds<std::uint16_t>(entries)) return Codes(Words(narrowed<std::uint16_t>(codes)));
  return Codes(std::move(codes));
}

std::size_t Codes::size() const {
  return std::visit([](const auto& words) { return words.size(); }, words_);
}

Codes Codes::pick(std::span<const std::uint32_t> rows) const {
  return std::visit([&](const auto& words) { return Codes(Words(batch::pick(words, rows))); },
                    words_);
}

Codes Codes::cut(std::size_t first, std::size_t count) const {
  return std::visit(
      [&](const auto& words) { return Codes(Words(batch::cut(words, first, count))); }, words_);
}

std::vector<std::uint32_t> Codes::wide() const {
  return std::visit(
      [](const auto& words) { return std::vector<std::uint32_t>(words.begin(), words.end()); },
      words_);
}

void Codes::copy(std::size_t first, std::size_t count, std::uint32_t* to) const {
  visit([&](const auto* words) { std::copy_n(words + first, count, to); });
}

void Codes::blank(std::size_t row) {
  std::visit([row](auto& words) { words[row] = 0; }, words_);
}

std::size_t Codes::memory() const {
  return std::visit([](const auto& words) { return words.capacity() * sizeof(words[0]); }, words_);
}

}  // namespace arbors::batch
