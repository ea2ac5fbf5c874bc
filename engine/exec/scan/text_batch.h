// A batch of trees that exist as texts. Whole trees are those texts; columns are made of them, all
// at once, when the first is asked for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/batch/columns/batch_reader.h"

namespace arbors::exec {

class TextBatch : public batch::BatchReader {
 public:
  // Each text is minimal JSON without duplicate keys.
  explicit TextBatch(std::vector<std::string> texts) : texts_(std::move(texts)) {}

  std::uint32_t trees() const override { return static_cast<std::uint32_t>(texts_.size()); }
  const PathDictionary& paths() const override { return columns().paths(); }
  const batch::Statistics* statistics(PathId path) override { return columns().statistics(path); }
  void load(std::span<const PathId> paths) override { columns().load(paths); }
  batch::VectorPtr column(PathId path) override { return columns().column(path); }
  bool append_tree(std::uint32_t row, std::string& out) override {
    out += texts_[row];
    return true;
  }

 private:
  batch::BatchReader& columns() const;

  std::vector<std::string> texts_;
  mutable batch::BatchReaderPtr columns_;  // null until asked for
};

}  // namespace arbors::exec
