#include "engine/exec/group/aggregation.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "engine/base/error.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/sort/sort_ranks.h"
#include "engine/exec/sort/sorted_rows.h"
#include "engine/expr/deduce/path_statistics.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

Collation collation_of(const plan::NamedExpr& key) { return expr::collation(*key.expr, *key.expr); }

// Whether an aggregate is quicker where the rows of each group are counted already.
bool counts_rows_of(const plan::AggregateCall& call) {
  using plan::AggregateKind;
  const AggregateKind kind = call.function->kind;
  return kind == AggregateKind::Count || kind == AggregateKind::Sum ||
         kind == AggregateKind::Total || kind == AggregateKind::Average;
}

// Lists the rows for which a computed condition is true.
std::vector<std::uint32_t> true_rows(const batch::VectorPtr& condition) {
  ColumnBatch batch({{"0", condition}}, condition->rows);
  const batch::Scope scope(batch);
  expr::Selection kept = expr::Selection::all(condition->rows);
  expr::filter(*expr::path(parse_path("\"0\"")), {scope}, kept);
  kept.make_list();
  return {kept.rows().begin(), kept.rows().end()};
}

}  // namespace

bool AggregationPlan::any_order() const {
  return std::none_of(calls.begin(), calls.end(), [](const plan::AggregateCall& call) {
    // Of 1 and 1.0 the first decides whether the sum is an integer.
    const bool typed = call.function->kind == plan::AggregateKind::Sum;
    return call.function->ordered || (call.distinct && typed);
  });
}

Aggregation::Aggregation(const AggregationPlan& plan, const ExecutionContext& context,
                         AggregationEnd* end)
    : plan_(plan), context_(context), end_(end) {
  std::vector<Collation> collations;
  for (const plan::NamedExpr& key : plan.keys) {
    collations.push_back(collation_of(key));
    key_exprs_.emplace_back(key.expr);
  }
  if (!collations.empty()) keys_.emplace(collations);
  for (const plan::AggregateCall& call : plan.calls) {
    Call& added = calls_.emplace_back();
    if (call.argument) added.argument.emplace(call.argument);
    added.argument_of = first_with_argument(calls_.size() - 1);
    if (call.function->pairs) added.second.emplace(call.second);
    if (call.filter) added.filter.emplace(call.filter);
    added.state = make_accumulator(call);
    const bool alone = !added.filter && !added.second && !call.distinct;
    only_counts_ = only_counts_ && alone && added.state->only_counts();
    counts_rows_ = counts_rows_ || (alone && counts_rows_of(call));
    const bool plain = added.argument && !added.argument->mixed() && added.argument->mount() == 0;
    if (plain) added.path = plan::bare_path(*call.argument);
  }
}

std::size_t Aggregation::first_with_argument(std::size_t call) const {
  const expr::ExprPtr& argument = plan_.calls[call].argument;
  for (std::size_t i = 0; i < call && argument; ++i)
    if (plan_.calls[i].argument && expr::equal(*plan_.calls[i].argument, *argument)) return i;
  return call;
}

bool Aggregation::may_be_known() const {
  return !keys_ && std::ranges::none_of(calls_, [](const Call& call) {
    return call.filter || call.second || (call.argument && call.path == nullptr) ||
           !call.state->knows(nullptr);
  });
}

bool Aggregation::knows(const Call& call, batch::BatchReader& batch, std::uint32_t rows) const {
  if (!call.argument) return call.state->knows(nullptr);
  const auto is_key = [](const PathStep& step) { return step.kind == PathStep::Kind::Key; };
  if (rows != batch.trees() || !std::ranges::all_of(call.path->steps, is_key)) return false;
  const expr::PathStatistics found = expr::path_statistics(batch, *call.path);
  const bool exact = found.statistics == nullptr || batch.tells_exactly(found.path);
  return found.known && exact && call.state->knows(found.statistics);
}

bool Aggregation::add_known(batch::BatchReader& batch, std::uint32_t rows, std::uint64_t position) {
  if (!may_be_known()) return false;
  for (const Call& call : calls_)
    if (!knows(call, batch, rows)) return false;
  for (Call& call : calls_) {
    const bool read = call.argument.has_value();
    call.state->add_known(read ? expr::path_statistics(batch, *call.path).statistics : nullptr,
                          rows, position);
  }
  return true;
}

std::vector<const RowExpr*> Aggregation::expressions() const {
  std::vector<const RowExpr*> all;
  for (const RowExpr& key : key_exprs_) all.push_back(&key);
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Call& call = calls_[i];
    if (call.argument && call.argument_of == i) all.push_back(&*call.argument);
    if (call.second) all.push_back(&*call.second);
    if (call.filter) all.push_back(&*call.filter);
  }
  return all;
}

void Aggregation::add(std::uint32_t rows, std::uint64_t position, const Evaluate& evaluate) {
  left_.clear();
  if (rows == 0) return;
  if (rows <= room()) return add_rows(rows, position, keys_of(evaluate), evaluate);
  // Part by part, as long as there is room; each expression is evaluated once nevertheless.
  std::map<const RowExpr*, batch::VectorPtr> known;
  const Evaluate of_all = [&](const RowExpr& expr) {
    batch::VectorPtr& values = known[&expr];
    if (!values) values = evaluate(expr);
    return values;
  };
  for (std::uint32_t first = 0, count = 0; first < rows; first += count) {
    count = static_cast<std::uint32_t>(std::min<std::uint64_t>(rows - first, room()));
    if (count == 0) return add_known_groups(first, rows - first, position, of_all);
    const Evaluate of_part = [&](const RowExpr& expr) {
      return batch::slice(*of_all(expr), first, count);
    };
    add_rows(count, position + first, keys_of(of_part), of_part);
  }
}

// How many rows may be added, whatever their keys. So many at a time that what is left of the
// budget does not make them few: it may be exceeded by a sixteenth.
std::uint64_t Aggregation::room() const {
  if (!keys_) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t most = context_.budgets.max_group_keys;
  if (keys_->size() >= most) return 0;
  return std::max(most - keys_->size(), most / 16 + 1);
}

Aggregation::Keys Aggregation::keys_of(const Evaluate& evaluate) const {
  Keys keys;
  for (const RowExpr& key : key_exprs_) keys.push_back(evaluate(key));
  return keys;
}

// Adds those of a block's rows, `count` from `first` on, that have a group, and leaves the others.
void Aggregation::add_known_groups(std::uint32_t first, std::uint32_t count, std::uint64_t position,
                                   const Evaluate& evaluate) {
  if (!std::exchange(frozen_, true)) keys_->freeze();
  keys_->find(
      keys_of([&](const RowExpr& key) { return batch::slice(*evaluate(key), first, count); }),
      of_row_);
  std::vector<std::uint32_t> known;
  for (std::uint32_t row = 0; row < count; ++row)
    (of_row_[row] == ValueNumbers::kNone ? left_ : known).push_back(first + row);
  if (known.empty()) return;
  const Evaluate of_known = [&](const RowExpr& expr) {
    return batch::gather(*evaluate(expr), known);
  };
  add_rows(static_cast<std::uint32_t>(known.size()), position + first, keys_of(of_known), of_known);
}

void Aggregation::add_rows(std::uint32_t rows, std::uint64_t position, const Keys& keys,
                           const Evaluate& evaluate) {
  RowGroups groups;
  groups.rows = rows;
  groups.position = position;
  std::vector<std::uint32_t> counts;
  if (keys_) {
    if (only_counts_ && keys_->count(keys, group_rows_)) {
      check_looks();
      for (Call& call : calls_) call.state->add_rows(group_rows_, keys_->size());
      return;
    }
    keys_->number(keys, of_row_);
    check_looks();
    groups.of_row = of_row_;
    groups.groups = keys_->size();
    groups.expected = keys_->expected();
    constexpr std::uint32_t kRowsAGroup = 4;
    if (counts_rows_ && groups.groups <= rows / kRowsAGroup)
      counts = rows_of_groups(of_row_, groups.groups);
    groups.counts = counts;
  }
  std::vector<batch::VectorPtr> arguments(calls_.size());
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Call& call = calls_[i];
    if (call.argument)
      arguments[i] = call.argument_of == i ? evaluate(*call.argument) : arguments[call.argument_of];
    add_call(call, arguments[i], groups, evaluate);
  }
}

void Aggregation::add_call(Call& call, const batch::VectorPtr& argument, const RowGroups& groups,
                           const Evaluate& evaluate) const {
  batch::VectorPtr values = argument;
  batch::VectorPtr seconds = call.second ? evaluate(*call.second) : nullptr;
  const auto feed = [&](const RowGroups& rows) {
    seconds ? call.state->add_pairs(*values, *seconds, rows) : call.state->add(values.get(), rows);
  };
  if (!call.filter) return feed(groups);
  const std::vector<std::uint32_t> kept = true_rows(evaluate(*call.filter));
  if (kept.empty()) return;
  if (values) values = batch::gather(*values, kept);
  if (seconds) seconds = batch::gather(*seconds, kept);
  std::vector<std::uint32_t> of_row;
  if (!groups.of_row.empty())
    for (const std::uint32_t row : kept) of_row.push_back(groups.of_row[row]);
  feed({of_row, groups.groups, static_cast<std::uint32_t>(kept.size()), groups.position});
}

void Aggregation::check_looks() const {
  if (!keys_->varied() || plan_.shows_calls || plan_.shown.any || end_ == nullptr) return;
  end_->varied = true;
  throw Error(ErrorCode::Limit, "keys look different");
}

std::uint64_t Aggregation::held() const {
  std::uint64_t entries = groups();
  for (const Call& call : calls_) entries += call.state->held();
  return entries;
}

void Aggregation::merge(Aggregation& other) {
  std::vector<std::uint32_t> to(other.groups());
  if (keys_) {
    if (to.empty()) return;
    keys_->number_all(*other.keys_, to);
    check_looks();
    const std::uint64_t most = context_.budgets.max_group_keys;
    if (keys_->size() > most && end_ != nullptr) {
      end_->full = true;
      throw Error(ErrorCode::Limit, "more than " + std::to_string(most) + " groups");
    }
  }
  for (std::size_t i = 0; i < calls_.size(); ++i)
    calls_[i].state->merge(*other.calls_[i].state, to, groups());
}

std::shared_ptr<ColumnBatch> Aggregation::finish(bool in_key_order) {
  const std::uint32_t rows = groups();
  std::vector<NamedColumn> columns;
  const std::size_t calls = calls_.size() - (plan_.shows_calls ? plan_.keys.size() : 0);
  if (plan_.shows_calls) {
    for (std::size_t i = calls; i < calls_.size(); ++i)
      columns.push_back({plan_.keys[i - calls].name, calls_[i].state->finish(rows)});
  } else if (keys_) {
    for (batch::VectorPtr& values : keys_->values())
      columns.push_back({plan_.keys[columns.size()].name, std::move(values)});
  }
  for (std::size_t i = 0; i < calls; ++i)
    columns.push_back({plan_.calls[i].name, calls_[i].state->finish(rows)});
  if (keys_ && in_key_order && rows > 1) {
    std::vector<Ranks> ranks;
    for (std::size_t key = 0; key < key_exprs_.size(); ++key) {
      SortRanks column(false, false, collation_of(plan_.keys[key]));
      column.append(columns[key].values);
      ranks.push_back(column.finish(context_));
    }
    const std::vector<std::uint32_t> order = sorted_rows(ranks);
    for (NamedColumn& column : columns) column.values = batch::gather(*column.values, order);
  }
  return std::make_shared<ColumnBatch>(std::move(columns), rows);
}

}  // namespace arbors::exec
