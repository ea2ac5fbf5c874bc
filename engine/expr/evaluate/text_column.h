// Makes a column of texts row by row, straight in its pool; rows may share an entry, which whoever
// reads the column then looks at once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/batch/vectors/vector.h"

namespace arbors::expr {

class TextColumn {
 public:
  static constexpr std::uint32_t kNull = 0xFFFFFFFF;  // in place of an entry

  explicit TextColumn(std::uint32_t rows) : pool_(std::make_shared<batch::TextPool>()) {
    codes_.reserve(rows);
  }

  // Gives an entry of a text, one that has it already where it is short and was given lately.
  std::uint32_t shared_entry(std::string_view text);
  // Adds an entry. Throws Error{Limit} beyond kMostTextBytes, as a VectorBuilder does.
  std::uint32_t entry(std::string_view text);
  void append(std::uint32_t entry) { codes_.push_back(entry); }
  void append_null() { codes_.push_back(kNull); }

  // Gives the column and leaves nothing behind.
  batch::VectorPtr finish();

 private:
  // A short text that was given lately, in place of an older one.
  struct Lately {
    std::array<std::uint64_t, 2> bytes{};
    std::uint32_t size = 0;  // 1 more; 0: none
    std::uint32_t entry = 0;
  };

  std::shared_ptr<batch::TextPool> pool_;
  std::vector<std::uint32_t> codes_;
  std::vector<Lately> lately_;
  std::uint32_t asked_ = 0, found_ = 0;
};

}  // namespace arbors::expr
