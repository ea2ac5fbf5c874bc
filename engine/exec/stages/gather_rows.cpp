#include "engine/exec/stages/gather_rows.h"

#include <numeric>

#include "engine/base/error.h"
#include "engine/exec/group/gathering_batch.h"
#include "engine/exec/group/group_keys.h"
#include "engine/exec/rows/window_source.h"
#include "engine/json/edit/comparable_text.h"

namespace arbors::exec {
namespace {

constexpr std::uint64_t kGatheredTrees = 4096;  // gathered trees built at once

void check_groups(const GroupKeys& groups, const ExecutionContext& context) {
  if (groups.size() <= context.budgets.max_group_keys) return;
  throw Error(ErrorCode::Limit, "the plan makes more than " +
                                    std::to_string(context.budgets.max_group_keys) +
                                    " groups (max_group_keys): filter first, or raise the limit "
                                    "with arbor_config('max_group_keys', n)");
}

// The values with their objects and arrays as comparable texts. Strings may lie in the same pool.
batch::VectorPtr comparable(const batch::VectorPtr& values) {
  if (!values->has(batch::Tag::Opaque)) return values;
  std::vector<bool> is_json(values->opaque->size());
  for (std::uint32_t row = 0; row < values->rows; ++row)
    if (values->tag(row) == batch::Tag::Opaque) is_json[values->codes[row]] = true;
  auto result = std::make_shared<batch::Vector>(*values);
  auto texts = std::make_shared<batch::TextPool>();
  std::string text;
  for (std::size_t entry = 0; entry < is_json.size(); ++entry) {
    text.clear();
    if (is_json[entry]) json::write_comparable(text, (*values->opaque)[entry]);
    texts->add(text);
  }
  result->opaque = std::move(texts);
  return result;
}

// Numbers groups that differ in the looks of their keys alone alike.
std::vector<std::uint32_t> united(const std::vector<batch::VectorPtr>& keys,
                                  const std::vector<Collation>& collations) {
  std::vector<batch::VectorPtr> compared;
  for (const batch::VectorPtr& key : keys) compared.push_back(comparable(key));
  GroupKeys numbers(collations);
  std::vector<std::uint32_t> groups;
  numbers.number(compared, groups);
  return groups;
}

std::vector<RowRef> part(const std::vector<RowRef>& rows, std::uint64_t first, std::uint64_t end) {
  return {rows.begin() + static_cast<std::ptrdiff_t>(first),
          rows.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace

Gathered gather_rows(const Relation& relation, const RunKeys& keys,
                     const std::vector<Collation>& collations, bool as_json,
                     const ExecutionContext& context) {
  GroupKeys numbers(collations);
  std::vector<std::uint32_t> of_run, of_row;
  const RowStreamPtr runs = stream(relation, context);
  while (const RowRunPtr run = runs->next()) {
    numbers.number(keys(*run), of_run);
    of_row.insert(of_row.end(), of_run.begin(), of_run.end());
    check_groups(numbers, context);
  }
  Gathered gathered;
  gathered.keys = numbers.values();
  gathered.varied = numbers.varied();
  if (as_json) {
    const std::vector<std::uint32_t> group_of = united(gathered.keys, collations);
    for (std::uint32_t& group : of_row) group = group_of[group];
  }
  for (std::size_t row = 0; row < of_row.size(); ++row)
    if (of_row[row] == gathered.firsts.size()) gathered.firsts.push_back((*relation.picked)[row]);
  gathered.starts.assign(gathered.firsts.size() + 1, 0);
  for (const std::uint32_t group : of_row) ++gathered.starts[group + std::size_t{1}];
  std::partial_sum(gathered.starts.begin(), gathered.starts.end(), gathered.starts.begin());
  std::vector<std::uint64_t> next = gathered.starts;
  gathered.rows.resize(of_row.size());
  for (std::size_t row = 0; row < of_row.size(); ++row)
    gathered.rows[next[of_row[row]]++] = (*relation.picked)[row];
  return gathered;
}

TreeSourcePtr source_of_groups(const std::shared_ptr<const Gathered>& gathered,
                               const ScanInput& input, const TreeShapePtr& shape,
                               const GroupTrees& trees, const ExecutionContext& context) {
  std::vector<std::uint64_t> ends;
  std::uint64_t first_row = 0;
  for (std::uint32_t group = 0; group < gathered->groups(); ++group) {
    const bool last = group + 1 == gathered->groups();
    if (!last && gathered->starts[group + std::size_t{2}] - first_row <= kGatheredTrees) continue;
    ends.push_back(group + std::uint64_t{1});
    first_row = gathered->starts[group + std::size_t{1}];
  }
  const auto make = [=, &context](std::uint64_t first,
                                  std::uint32_t count) -> batch::BatchReaderPtr {
    const auto& starts = gathered->starts;
    OrderedRun rows(input, part(gathered->rows, starts[first], starts[first + count]), shape,
                    context);
    std::vector<std::uint32_t> of_window;
    for (std::uint64_t group = first; group <= first + count; ++group)
      of_window.push_back(static_cast<std::uint32_t>(starts[group] - starts[first]));
    return std::make_shared<GatheringBatch>(
        trees.heads(static_cast<std::uint32_t>(first), count), trees.field,
        GatheredTrees(std::move(rows), std::move(of_window), context), trees.stage);
  };
  return std::make_shared<WindowSource>(std::move(ends), make);
}

}  // namespace arbors::exec
