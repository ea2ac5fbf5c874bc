// A batch made of computed columns: its trees are objects with one field a column, Missing rows
// left out. What grouping, nesting and reshaping hand on, without a detour through JSON text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/batch/columns/batch_reader.h"

namespace arbors::exec {

struct NamedColumn {
  std::string name;
  batch::VectorPtr values;  // SQL-ready: objects and arrays are Opaque JSON text
};

class ColumnBatch : public batch::BatchReader {
 public:
  // Every column has `rows` values; names are distinct.
  ColumnBatch(std::vector<NamedColumn> columns, std::uint32_t rows);

  std::uint32_t trees() const override { return rows_; }
  const PathDictionary& paths() const override { return *paths_; }
  const std::shared_ptr<const PathDictionary>& shared_paths() const { return paths_; }
  std::vector<NamedColumn> columns() const;
  const batch::Statistics* statistics(PathId path) override;
  bool occurs(PathId path) override;
  void load(std::span<const PathId>) override {}
  batch::VectorPtr column(PathId path) override;

 private:
  std::uint32_t rows_;
  std::shared_ptr<const PathDictionary> paths_;
  std::vector<batch::VectorPtr> columns_;  // by path number; the root's objects first
  std::vector<std::unique_ptr<batch::Statistics>> statistics_;
};

}  // namespace arbors::exec
