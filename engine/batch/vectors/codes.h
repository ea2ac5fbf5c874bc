// Codes of rows: numbers of a pool's entries or of shapes, in words of 1, 2 or 4 bytes, as their
// number allows. Most columns name few entries, and what a query over many rows costs is what it
// reads. The one place that knows the widths: a loop over many rows asks for the words once
// (visit), whoever reads few writes codes[row].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace arbors::batch {

class Codes {
 public:
  Codes() = default;
  // Keeps codes as wide as they come: those of results, which are read once.
  explicit Codes(std::vector<std::uint32_t> codes) : words_(std::move(codes)) {}
  explicit Codes(std::vector<std::uint8_t> codes) : words_(std::move(codes)) {}
  explicit Codes(std::vector<std::uint16_t> codes) : words_(std::move(codes)) {}
  // Codes that are below `entries`, in the words that hold these.
  static Codes narrow(std::vector<std::uint32_t> codes, std::size_t entries);
  static Codes zeros(std::size_t rows) { return Codes(Words(std::vector<std::uint8_t>(rows))); }

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  // Calls `use` with a pointer to the words, whose type is that of their width.
  template <typename Use>
  decltype(auto) visit(const Use& use) const {
    return std::visit([&](const auto& words) -> decltype(auto) { return use(words.data()); },
                      words_);
  }
  std::uint32_t operator[](std::size_t row) const {
    return visit([row](const auto* words) -> std::uint32_t { return words[row]; });
  }

  // Picks rows in the given order, or `count` from `first` on.
  Codes pick(std::span<const std::uint32_t> rows) const;
  Codes cut(std::size_t first, std::size_t count) const;
  std::vector<std::uint32_t> wide() const;
  // Writes those of rows `first` .. first + count - 1.
  void copy(std::size_t first, std::size_t count, std::uint32_t* to) const;
  // Gives a row code 0, as rows without one have.
  void blank(std::size_t row);
  std::size_t memory() const;  // bytes held

 private:
  using Words = std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>,
                             std::vector<std::uint32_t>>;
  explicit Codes(Words words) : words_(std::move(words)) {}

  Words words_;
};

}  // namespace arbors::batch
