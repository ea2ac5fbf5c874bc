#include "engine/exec/sort/sort_key_values.h"

#include "engine/exec/scan/row_selector.h"

namespace arbors::exec {

SortKeyValues::SortKeyValues(const plan::Sort& sort) : sort_(sort) {
  for (const plan::SortKey& key : sort.keys)
    exprs_.push_back(key.expr ? std::optional<RowExpr>(key.expr) : std::nullopt);
}

std::vector<const RowExpr*> SortKeyValues::expressions() const {
  std::vector<const RowExpr*> expressions;
  for (const std::optional<RowExpr>& expr : exprs_)
    if (expr) expressions.push_back(&*expr);
  return expressions;
}

batch::VectorPtr SortKeyValues::values(std::size_t key, const ScannedRows& scanned,
                                       const expr::Selection& rows) const {
  if (exprs_[key]) return scanned.evaluate(*exprs_[key], rows);
  auto values = std::make_shared<batch::Vector>();
  values->rows = rows.size();
  values->uniform = batch::Tag::Integer;
  values->kinds = batch::tag_bit(batch::Tag::Integer);
  values->integers.reserve(rows.size());
  const Segment& segment = *scanned.segment;
  const bool rowids = sort_.keys[key].by == plan::SortKey::By::Rowid;
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    values->integers.push_back(rowids ? segment.rowid(rows[i] - segment.first_row)
                                      : static_cast<std::int64_t>(position_of(segment, rows[i])));
  return values;
}

}  // namespace arbors::exec
