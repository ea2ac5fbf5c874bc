// The ranks of the rows of one sort key (sort_ranks.h), in words of 1, 4 or 8 bytes, as the
// greatest asks: a sort holds them for every row and key at once. Loops over many rows ask for the
// words (visit), whoever reads few writes ranks[row].
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace arbors::exec {

class Ranks {
 public:
  Ranks() = default;
  explicit Ranks(std::vector<std::uint8_t> ranks) : words_(std::move(ranks)) {}
  explicit Ranks(std::vector<std::uint32_t> ranks) : words_(std::move(ranks)) {}
  explicit Ranks(std::vector<std::uint64_t> ranks) : words_(std::move(ranks)) {}

  // Calls `use` with a vector of the narrowest words that hold `greatest`, `rows` of them.
  template <typename Use>
  static Ranks filled(std::size_t rows, std::uint64_t greatest, const Use& use) {
    const auto of = [&](auto words) {
      words.resize(rows);
      use(words);
      return Ranks(std::move(words));
    };
    if (greatest <= UINT8_MAX) return of(std::vector<std::uint8_t>());
    if (greatest <= UINT32_MAX) return of(std::vector<std::uint32_t>());
    return of(std::vector<std::uint64_t>());
  }

  // Calls `use` with the vector of words.
  template <typename Use>
  decltype(auto) visit(const Use& use) const {
    return std::visit(use, words_);
  }
  std::uint64_t operator[](std::size_t row) const {
    return visit([row](const auto& words) -> std::uint64_t { return words[row]; });
  }
  std::size_t size() const {
    return visit([](const auto& words) { return words.size(); });
  }

 private:
  std::variant<std::vector<std::uint8_t>, std::vector<std::uint32_t>, std::vector<std::uint64_t>>
      words_;
};

}  // namespace arbors::exec
