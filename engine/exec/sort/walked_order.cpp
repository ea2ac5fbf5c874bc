#include "engine/exec/sort/walked_order.h"

#include <algorithm>

#include "engine/exec/sort/order.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/cost_model.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

using Order = plan::IndexSearch::Order;

constexpr std::uint64_t kAlwaysWalked = 256;  // rows, however small the source

// Each time the rows found are too few, so many times more are asked for: conditions drop rows.
constexpr std::uint64_t kGrowth = 8;

}  // namespace

bool WalkedOrder::serves(const ScanInput& input, const plan::Sort& sort) {
  if (!input.order || !input.restriction.none() || !input.steps.empty()) return false;
  if (sort.grouped || sort.distinct || sort.keys.empty()) return false;
  const plan::SortKey& key = sort.keys.front();
  if (key.by != plan::SortKey::By::Expression || key.collation != Collation::Binary) return false;
  const Path* path = plan::bare_path(*key.expr);
  const plan::IndexSearch& search = input.order->search();
  return path != nullptr && *path == search.path &&
         search.order == (key.descending ? Order::Descending : Order::Ascending);
}

WalkedOrder::WalkedOrder(ScanInput input, const plan::Sort& sort, const ExecutionContext& context)
    : order_(std::move(input.order)),
      input_(std::move(input)),
      sort_(sort),
      context_(context),
      left_(static_cast<std::uint64_t>(static_cast<double>(input_.source->trees()) / plan::kWalk) +
            kAlwaysWalked),
      nulls_done_(!order_->search().nulls) {
  input_.order = nullptr;
}

expr::ExprPtr WalkedOrder::also(expr::ExprPtr condition) const {
  return input_.predicate ? expr::and_all({input_.predicate, std::move(condition)}) : condition;
}

bool WalkedOrder::extend(std::vector<RowRef>& rows, std::uint64_t count) {
  const bool nulls_first = !sort_.keys.front().nulls_last;
  while (rows.size() < count && !complete()) {
    const bool nulls = !nulls_done_ && (nulls_first || keys_done_);
    const std::uint64_t wanted = count - rows.size();
    if (nulls ? !add_nulls(rows, wanted) : !add_keys(rows, wanted)) return false;
  }
  return true;
}

// Adds rows without a key: statistics tell where there are any, and the first of them end the scan.
bool WalkedOrder::add_nulls(std::vector<RowRef>& rows, std::uint64_t wanted) {
  if (wanted > left_) return false;
  ScanInput input = input_;
  input.predicate = also(expr::is_null(sort_.keys.front().expr));
  Scan scan(input, context_);
  const std::vector<RowRef> found = order_first(scan, sort_, nulls_ + wanted, context_);
  rows.insert(rows.end(), found.begin() + static_cast<std::ptrdiff_t>(nulls_), found.end());
  nulls_done_ = found.size() < nulls_ + wanted;
  nulls_ = found.size();
  return true;
}

// Adds the rows under the next keys. A row may stand under other keys than its value: only the
// value says where it comes.
bool WalkedOrder::add_keys(std::vector<RowRef>& rows, std::uint64_t wanted) {
  if (wanted > left_) return false;
  entries_ = std::min(left_, std::max(wanted, entries_ * kGrowth));
  std::optional<KeyRun> run = order_->after(last_ ? &*last_ : nullptr, entries_, left_);
  if (!run) return false;
  keys_done_ = run->rowids.size() < entries_;
  if (run->rowids.empty()) return true;
  left_ -= run->rowids.size();
  std::sort(run->rowids.begin(), run->rowids.end());
  run->rowids.erase(std::unique(run->rowids.begin(), run->rowids.end()), run->rowids.end());
  const plan::SortKey& key = sort_.keys.front();
  ScanInput input = input_;
  input.predicate = also(expr::between(key.expr, expr::constant(run->keys.low),
                                       expr::constant(run->keys.high), false, key.collation,
                                       key.collation, expr::Coercion::None, expr::Coercion::None));
  const std::uint64_t count = run->rowids.size();
  input.restriction.keep_rowids(std::move(run->rowids));
  last_ = key.descending ? std::move(run->keys.low) : std::move(run->keys.high);
  Scan scan(input, context_);
  const std::vector<RowRef> found = order_first(scan, sort_, count, context_);
  rows.insert(rows.end(), found.begin(), found.end());
  return true;
}

}  // namespace arbors::exec
