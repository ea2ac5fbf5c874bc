#include <algorithm>

#include "engine/batch/vectors/text_domain.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/exec/sort/order.h"
#include "engine/exec/sort/sort_key_values.h"
#include "engine/exec/sort/sort_ranks.h"
#include "engine/exec/sort/sorted_rows.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

// The survivors of a segment, and a vector of values for each key.
struct KeyedRows {
  std::vector<KeptRun> rows;
  std::vector<batch::VectorPtr> keys;
};

bool same_ranks(const std::vector<Ranks>& keys, std::uint32_t left, std::uint32_t right) {
  for (const Ranks& ranks : keys)
    if (ranks[left] != ranks[right]) return false;
  return true;
}

// Lets go of a pool whose texts a cache's domain holds: the pools of all batches may be far more
// than the cache.
batch::VectorPtr without_pool(batch::VectorPtr values) {
  constexpr std::size_t kMuch = 64 << 10;
  const auto& pool = values->strings;
  if (!pool || !pool->numbers || pool->heap.size() < kMuch) return values;
  const bool complete = pool->size() <= std::size_t{values->rows} * 2 &&
                        !pool->numbers->domain()->full() && pool->numbers->complete(*pool);
  return complete ? batch::without_texts(*values) : values;
}

const Path* path_of(const plan::SortKey& key) {
  return key.by == plan::SortKey::By::Expression ? plan::bare_path(*key.expr) : nullptr;
}

// Reads what a scan keeps: its rows, and their keys into `columns`.
KeptRows read_rows(const ScanInput& input, const plan::Sort& sort, const ExecutionContext& context,
                   std::vector<SortRanks>& columns) {
  const SortKeyValues key_values(sort);
  KeptRows rows;
  if (input.steps.empty())
    for (SortRanks& column : columns) column.expect(input.source->trees());
  take_blocks<KeyedRows>(
      input, key_values.expressions(), context,
      [&](const ScannedRows& scanned) {
        KeyedRows keyed{kept_runs(scanned.index, scanned.rows), {}};
        for (std::size_t i = 0; i < sort.keys.size(); ++i)
          keyed.keys.push_back(without_pool(key_values.values(i, scanned, scanned.rows)));
        return keyed;
      },
      [&](KeyedRows block) {
        for (std::size_t i = 0; i < columns.size(); ++i)
          columns[i].append(std::move(block.keys[i]));
        rows.add(std::move(block.rows));
      });
  return rows;
}

// Keeps the first of rows that are equal in all keys.
void keep_first(const std::vector<Ranks>& ranks, std::vector<std::uint32_t>& order) {
  const auto same = [&](std::uint32_t left, std::uint32_t right) {
    return same_ranks(ranks, left, right);
  };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
}

}  // namespace

OrderedRows order_all(const ScanInput& input, const plan::Sort& sort,
                      const ExecutionContext& context, std::vector<SortedColumn>* sorted) {
  std::vector<SortRanks> columns;
  for (const plan::SortKey& key : sort.keys) {
    columns.emplace_back(key.descending, key.nulls_last, key.collation);
    if (sorted != nullptr && path_of(key) != nullptr) columns.back().keep_values();
  }
  KeptRows rows = read_rows(input, sort, context, columns);
  std::vector<Ranks> ranks;
  for (SortRanks& column : columns) ranks.push_back(column.finish(context));
  std::vector<std::uint32_t> order = sorted_rows(ranks);
  if (sort.distinct) keep_first(ranks, order);
  for (std::size_t i = 0; sorted != nullptr && i < columns.size(); ++i) {
    if (!columns[i].ranked_values()) continue;
    sorted->push_back(
        {*path_of(sort.keys[i]), *columns[i].ranked_values(), SortedRanks(ranks[i], order)});
  }
  return {std::move(rows), std::move(order)};
}

}  // namespace arbors::exec
