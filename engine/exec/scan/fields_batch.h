// A batch of trees that are lists of fields whose values are at hand. Whoever takes these pays for
// nothing else; the trees' texts, and columns of what stands inside them, are made when they are
// asked for.
#pragma once

#include <string>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "engine/exec/scan/column_batch.h"

namespace arbors::exec {

class FieldsBatch : public batch::BatchReader {
 public:
  // Every field has `rows` values, those that are missing left out of their trees; names are
  // distinct.
  FieldsBatch(std::vector<NamedColumn> fields, std::uint32_t rows);

  const std::vector<NamedColumn>& fields() const { return fields_; }

  std::uint32_t trees() const override { return rows_; }
  const PathDictionary& paths() const override { return columns().paths(); }
  const batch::Statistics* statistics(PathId path) override { return columns().statistics(path); }
  void load(std::span<const PathId> paths) override { columns().load(paths); }
  batch::VectorPtr column(PathId path) override { return columns().column(path); }
  bool append_tree(std::uint32_t row, std::string& out) override;

 private:
  void write(std::uint32_t row, std::string& out) const;
  batch::BatchReader& columns() const;

  std::vector<NamedColumn> fields_;
  std::vector<std::string> keys_;  // `"name":`
  std::uint32_t rows_;
  mutable batch::BatchReaderPtr columns_;  // null until asked for
};

}  // namespace arbors::exec
