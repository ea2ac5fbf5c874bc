// A relation as a table: which columns its trees have, of which types, and their values for rows of
// a block. A select's fields are columns whether any tree has them or not; whole trees give a
// column for each key, or one column `value` where some tree is no object.
//
// Types of stored paths come from the statistics of the whole source, so that neither a filter nor
// a slice changes them; those of computed values need a pass over the rows, but for IS NULL and the
// like, which are booleans.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/export/arrow_array.h"
#include "engine/exec/export/arrow_columns.h"
#include "engine/exec/export/seen_values.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

// Record batches hold at most so many rows.
inline constexpr std::uint32_t kMostArrowRows = 65'536;

class ArrowRelation {
 public:
  // Decides the columns. `context` outlives this. `most_offset`: see ArrowColumns.
  ArrowRelation(Relation relation, const ExecutionContext& context,
                std::size_t most_offset = kMostArrowOffset);

  const Relation& relation() const { return relation_; }
  const std::vector<ArrowField>& columns() const { return fields_; }
  // The expressions that encode() evaluates.
  std::vector<const RowExpr*> read() const;

  // Appends the columns of rows of a block: several tables where one would hold more than
  // kMostArrowRows rows or grow too large. May be called by any thread, each with a block of its
  // own. Throws Error{Limit} where one tree alone is too large.
  void encode(const ScannedRows& block, const expr::Selection& rows,
              std::vector<ArrowTable>& out) const;

 private:
  // A field of a select, or one that is set or dropped in whole trees.
  struct Value {
    std::string name;
    std::optional<RowExpr> expr;  // none: dropped
    bool is_path = false;
    bool settled = false;  // `seen` says all
    SeenValues seen = {};
  };
  // Where a column's values come from.
  struct Origin {
    std::size_t value = SIZE_MAX;  // of values_; else from the tree itself:
    bool root = false;             // the tree, not its member
  };

  void take_shape();
  bool reshapes() const;
  bool all_objects() const;
  bool see_statistics();
  void see_rows();
  void see_block(const ScannedRows& block, const expr::Selection& rows,
                 std::vector<SeenValues>& seen) const;
  void make_columns();
  std::optional<ArrowTable> try_encode(const ScannedRows& block, const expr::Selection& rows) const;

  Relation relation_;
  const ExecutionContext& context_;
  std::size_t most_offset_;
  Value base_;  // the whole tree, where whole_
  bool whole_ = false;
  std::vector<Value> values_;
  std::vector<ArrowField> fields_;
  std::vector<Origin> origins_;
};

}  // namespace arbors::exec
