// Makes a column of texts row by row, straight in its pool; rows may share an entry, which whoever
// reads the column then looks at once.
#pragma once

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

  // Adds an entry. Throws Error{Limit} beyond kMostTextBytes, as a VectorBuilder does.
  std::uint32_t entry(std::string_view text);
  void append(std::uint32_t entry) { codes_.push_back(entry); }
  void append_null() { codes_.push_back(kNull); }

  // Gives the column and leaves nothing behind.
  batch::VectorPtr finish();

 private:
  std::shared_ptr<batch::TextPool> pool_;
  std::vector<std::uint32_t> codes_;
};

}  // namespace arbors::expr
