// Chooses the object paths that a batch with too many paths keeps as text: those that bring many
// paths for few values, whose columns nobody would miss. The root is no such path: without it no
// column is left.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/batch/build/column_builder.h"

namespace arbors::batch {

class OpaqueChoice {
 public:
  // `columns` in the order of their ids, parents before children.
  explicit OpaqueChoice(const std::vector<std::unique_ptr<ColumnBuilder>>& columns);

  // Chooses paths, none below another, until `wanted` columns would go, the sparsest first: at
  // least `sparsest` paths for each value below them. Objects that are used as maps go before
  // objects that are records, higher ones before those below them.
  std::vector<ColumnBuilder*> choose(std::size_t wanted, double sparsest) const;

 private:
  // What lies below a path.
  struct Below {
    std::size_t paths = 0;
    std::size_t values = 0;
    bool is_map = false;
    bool is_object = false;
  };

  static bool is_map(const ColumnBuilder& column);
  double sparsity(std::size_t at) const {
    return static_cast<double>(below_[at].paths) / static_cast<double>(below_[at].values);
  }

  const std::vector<std::unique_ptr<ColumnBuilder>>& columns_;
  std::vector<std::size_t> parent_;  // by place in columns_
  std::vector<Below> below_;
};

}  // namespace arbors::batch
