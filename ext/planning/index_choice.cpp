#include "ext/planning/index_choice.h"

#include <algorithm>

#include "engine/plan/cost_model.h"
#include "ext/planning/operators.h"
#include "ext/planning/scan_draft.h"

namespace arbors::ext {
namespace {

// Rows that an order is read for where there is no LIMIT but a reader may stop soon.
constexpr double kFirstRows = 16;

// The column whose index has the order that is asked for; null: none.
const TableColumn* walkable_column(ScanDraft& draft) {
  if (!draft.current || draft.by_place || draft.spec.order != ScanSpec::Order::Sorted)
    return nullptr;
  const int column = draft.table.column_number(draft.spec.keys.front().column);
  if (!draft.table.is_data(column)) return nullptr;
  const TableColumn& home = draft.data_column(column);
  const bool walkable = home.collation == Collation::Binary && draft.knowledge.has_index(home.path);
  return walkable ? &home : nullptr;
}

// Tells whether rows without a value in the column may be among those asked for.
bool may_have_nulls(const ScanDraft& draft, const std::string& column) {
  return draft.indexes.of(column) == nullptr &&
         std::none_of(draft.spec.terms.begin(), draft.spec.terms.end(), [&](const Term& term) {
           return term.column == column && term.op == TermOp::IsNotNull;
         });
}

}  // namespace

void IndexChoices::add(const std::string& column, TermOp op, double selectivity) {
  const bool equal = !is_range(op);
  const auto known = std::find_if(choices_.begin(), choices_.end(), [&](const IndexChoice& choice) {
    return choice.column == column;
  });
  if (known == choices_.end()) {
    choices_.push_back({column, selectivity, equal});
  } else if (equal) {
    *known = {column, known->equal ? std::min(known->selectivity, selectivity) : selectivity, true};
  } else if (!known->equal) {
    known->selectivity *= selectivity;
  }
}

const IndexChoice* IndexChoices::of(const std::string& column) const {
  for (const IndexChoice& choice : choices_)
    if (choice.column == column) return &choice;
  return nullptr;
}

std::optional<IndexChoice> IndexChoices::best() const {
  const auto best = std::min_element(choices_.begin(), choices_.end(),
                                     [](const IndexChoice& left, const IndexChoice& right) {
                                       return left.selectivity < right.selectivity;
                                     });
  return best == choices_.end() ? std::nullopt : std::optional(*best);
}

void choose_index(ScanDraft& draft) {
  if (!draft.current || draft.unique) return;
  draft.looked_up_in = draft.indexes.best();
  if (draft.looked_up_in) draft.spec.indexed = draft.looked_up_in->column;
}

void walk_index(ScanDraft& draft) {
  const TableColumn* const home = walkable_column(draft);
  if (home == nullptr) return;
  plan::FirstTrees first{draft.first > 0 ? draft.first : kFirstRows, draft.selectivity};
  if (const IndexChoice* const choice = draft.indexes.of(home->name))
    first.walked = choice->selectivity;
  first.nulls_first = !draft.spec.keys.front().descending && may_have_nulls(draft, home->name);
  const PathFacts known = draft.knowledge.facts(draft.table.column_number(home->name));
  const double trees = draft.knowledge.trees();
  const double batch_trees = draft.table.store->options().batch_trees;
  const double otherwise =
      draft.looked_up_in ? std::min(trees, plan::kLookUp * trees * draft.looked_up_in->selectivity)
                         : trees;
  if (plan::walk_work(first, {trees, known.nulls, known.distinct, batch_trees}) >= otherwise)
    return;
  draft.looked_up_in.reset();
  draft.spec.indexed = home->name;
  draft.spec.walked = true;
}

}  // namespace arbors::ext
