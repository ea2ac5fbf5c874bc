#include "engine/exec/order.h"
#include "engine/exec/sort_key_values.h"
#include "engine/exec/sort_ranks.h"

namespace arbors::exec {
namespace {

bool same_ranks(const std::vector<std::vector<std::uint64_t>>& keys, std::uint32_t left,
                std::uint32_t right) {
  for (const auto& ranks : keys)
    if (ranks[left] != ranks[right]) return false;
  return true;
}

}  // namespace

std::vector<RowRef> order_all(Scan& scan, const plan::Sort& sort, const ExecutionContext& context) {
  std::vector<SortRanks> columns;
  for (const plan::SortKey& key : sort.keys)
    columns.emplace_back(key.descending, key.nulls_last, key.collation);
  const SortKeyValues key_values(sort);
  std::vector<RowRef> rows;
  ScannedRows scanned;
  while (scan.next(scanned)) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      columns[i].append(key_values.values(i, scanned, scanned.rows));
    for (std::uint32_t i = 0; i < scanned.rows.size(); ++i)
      rows.push_back({scanned.index, scanned.rows[i]});
  }
  std::vector<std::vector<std::uint64_t>> ranks;
  for (SortRanks& column : columns) {
    context.check_interrupt();
    ranks.push_back(column.finish());
  }
  std::vector<RowRef> ordered;
  ordered.reserve(rows.size());
  const std::vector<std::uint32_t> order = sorted_rows(ranks);
  for (std::size_t at = 0; at < order.size(); ++at)
    if (!sort.distinct || at == 0 || !same_ranks(ranks, order[at - 1], order[at]))
      ordered.push_back(rows[order[at]]);
  return ordered;
}

}  // namespace arbors::exec
