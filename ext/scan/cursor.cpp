#include "ext/scan/cursor.h"

#include <algorithm>
#include <utility>

#include "engine/exec/query/execute.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/optimize/optimizer.h"
#include "ext/host/sql_value.h"
#include "ext/planning/outer_joins.h"
#include "ext/scan/match.h"
#include "ext/scan/row_restriction.h"
#include "ext/scan/scan_plan.h"
#include "ext/table/authorization.h"
#include "ext/table/bound_store.h"

namespace arbors::ext {
namespace {

// Look-ups of the same column in one statement before a hash table is worth building.
constexpr std::uint32_t kLookupsBeforeTable = 3;

// Rows that go into a hash table in the time that an index takes to find one, and what a search
// costs besides, in rows that it finds.
constexpr std::uint64_t kRowsForOneByIndex = 8;
constexpr std::uint64_t kRowsOfASearch = 4;

// Fewer trees are scanned as fast as a plan for them is improved.
constexpr std::uint64_t kTreesWorthPlanning = 4096;

// Rows that cost less one by one than a plan for them does.
constexpr std::size_t kFewRows = 256;

// Rows that are worth a snapshot of their own.
constexpr std::size_t kRowsCut = 16;

}  // namespace

ArborCursor::ArborCursor(ArborTable& table)
    : sqlite3_vtab_cursor{},
      table_(table),
      hold_(table.session->limits().hold()),
      lookups_(RepeatedLookups::shared(table.lookups)),
      write_scan_(table.write_scans.opened(table.session->db(), table.schema.c_str())) {}

ArborCursor::~ArborCursor() {
  if (write_scan_ != nullptr) write_scan_->ended = true;
}

bool ArborCursor::is_own_match(const Term& term) const {
  return term.op == TermOp::Match && table_.is_data(table_.column_number(term.column));
}

void ArborCursor::read_spec(const char* spec) {
  if (spec_text_ == spec) return;
  spec_ = parse_scan_spec(spec);
  spec_text_ = spec;
  const auto doubtful = [this](const Term& term) {
    if (!may_stand_in_outer_on(term.op)) return false;
    return !term.exact || (is_own_match(term) && spec_.limit == 0);
  };
  if (std::any_of(spec_.terms.begin(), spec_.terms.end(), doubtful) &&
      may_join_outer(table_.session->db())) {
    // SQLite could not ask it again of a column that is one like any other.
    if (std::any_of(spec_.terms.begin(), spec_.terms.end(),
                    [this](const Term& term) { return is_own_match(term); }))
      table_.refuse_match();
    std::erase_if(spec_.terms, doubtful);
  }
  repeated_ = &lookups_->of(spec_text_);
}

// Asks the host whether it lets the statement read what its MATCHes read, once for each.
void ArborCursor::allow_matches(std::span<sqlite3_value*> arguments) {
  for (const Term& term : spec_.terms) {
    if (term.op != TermOp::Match) continue;
    std::string text =
        text_argument(arguments[static_cast<std::size_t>(term.argument) - 1], "MATCH's expression");
    if (std::find(allowed_.begin(), allowed_.end(), text) != allowed_.end()) continue;
    authorize(table_, *parse_match(text));
    allowed_.push_back(std::move(text));
  }
}

void ArborCursor::filter(const char* spec, std::span<sqlite3_value*> arguments) {
  run_.reset();
  stream_.reset();
  matched_.clear();
  read_spec(spec);
  allow_matches(arguments);
  const auto [no_generation, generation] = asked_generation(table_, spec_, arguments);
  old_generation_ = generation && *generation != table_.store->generation();
  if (write_scan_ != nullptr) *write_scan_ = {false, old_generation_};
  if (no_generation) return;
  plan::RowRestriction rows = row_restriction(table_, spec_, arguments);
  auto found = generation ? std::nullopt : search(arguments);
  const bool by_index = found.has_value();
  if (by_index) rows.keep_rowids(*std::move(found));
  const auto rowids = generation ? std::nullopt : named_rowids(rows, kRowsCut);
  snapshot_ = generation ? table_.store->snapshot(*generation)
              : rowids   ? table_.store->snapshot_of(*rowids)
                         : table_.store->snapshot();
  if (auto places = named_places(*snapshot_, rows, kFewRows);
      places && hand_out(*std::move(places), arguments))
    return next_run();
  const bool few = by_index || rowids;
  const auto* places = few ? nullptr : look_up(arguments);
  if (places != nullptr && rows.none() && hand_out(*places, arguments)) return next_run();
  if (places != nullptr) keep_places(rows, *snapshot_, *places);
  for (const Term& term : spec_.terms)
    if (term.op == TermOp::Match)
      matched_.push_back(to_value(arguments[static_cast<std::size_t>(term.argument) - 1]).text);
  const plan::NodePtr plan =
      make_plan(table_, snapshot_, spec_, arguments, std::move(rows), by_index, few);
  rowid_asked_ = false;
  with_duplicates_ = spec_.order == ScanSpec::Order::Distinct ? plan->inputs.front() : nullptr;
  // Rows that are known already need no better plan.
  const bool known = few || places != nullptr;
  run(known ? plan : optimized(plan), expected_rows(spec_, arguments));
}

// SQLite's planner has chosen an index already, if any; the optimizer may find one for what it does
// not see into, a MATCH.
exec::BoundSource ArborCursor::bind(const plan::Source& source) {
  const bool searched = !spec_.indexed.empty() && !spec_.walked;
  if (!source.search || searched || table_.store->snapshot() != snapshot_) return snapshot_;
  return bind_store(table_.store, source);
}

// Optimizes a scan's plan where there are rows enough that a better one saves more than finding it
// costs: a join filters a small table over and over.
plan::NodePtr ArborCursor::optimized(const plan::NodePtr& plan) {
  if (snapshot_->trees() < kTreesWorthPlanning) return plan;
  if (known_of_ != snapshot_) {
    statistics_.emplace(bind_);
    known_of_ = snapshot_;
  }
  return plan::optimize(plan, *statistics_);
}

void ArborCursor::run(const plan::NodePtr& plan, std::uint64_t expected_rows) {
  stream_ = exec::execute(plan, bind_, table_.session->execution(), expected_rows);
  next_run();
}

// Tells whether a hash table serves better than the index, which a join may have asked so often for
// so many rows that making a table would have cost less.
bool ArborCursor::prefers_table() {
  RepeatedLookups::Lookup& repeated = *repeated_;
  if (spec_.indexed.empty() || spec_.walked) return false;
  const std::uint64_t trees = table_.store->trees();
  if (repeated.found_by_index * kRowsForOneByIndex < trees) return false;
  if (!repeated.beats_an_index)
    repeated.beats_an_index = trees <= table_.session->execution().budgets.max_index_entries &&
                              !lookup_terms(table_, spec_, table_.store->snapshot()).empty();
  return *repeated.beats_an_index;
}

std::optional<std::vector<std::int64_t>> ArborCursor::search(std::span<sqlite3_value*> arguments) {
  if (prefers_table()) return std::nullopt;
  auto found = search_index(table_, spec_, arguments);
  if (found) repeated_->found_by_index += kRowsOfASearch + found->size();
  return found;
}

// Finds the rows of a repeated equality in a hash table of the column instead of by another scan;
// null where that is not worth it.
const std::vector<exec::RowRef>* ArborCursor::look_up(std::span<sqlite3_value*> arguments) {
  RepeatedLookups::Lookup& repeated = *repeated_;
  if (repeated.snapshot != snapshot_) {
    repeated.snapshot = snapshot_;
    repeated.filters = repeated.beats_an_index.value_or(false) ? kLookupsBeforeTable : 0;
    repeated.table.reset();
  }
  const exec::ExecutionContext& execution = table_.session->execution();
  if (++repeated.filters <= kLookupsBeforeTable) return nullptr;
  if (!repeated.table) {
    const std::vector<const Term*> terms = lookup_terms(table_, spec_, snapshot_);
    if (terms.empty() || snapshot_->trees() > execution.budgets.max_index_entries) return nullptr;
    std::vector<exec::KeyLookup::Key> keys;
    repeated.arguments.clear();
    for (const Term* term : terms) {
      const auto column = static_cast<std::size_t>(table_.column_number(term->column));
      keys.push_back({expr::path(table_.columns[column].path), term->collation});
      repeated.arguments.push_back(term->argument);
    }
    repeated.table.emplace(snapshot_, keys, execution);
  }
  found_ = repeated.table->find(to_values(arguments, repeated.arguments));
  return &found_;
}

// Reads few known rows one by one, without a plan: SQLite checks the conditions again but the exact
// ones, and takes the rows in any order where it asks for none.
bool ArborCursor::hand_out(std::vector<exec::RowRef> places, std::span<sqlite3_value*> arguments) {
  const bool ordered = !spec_.keys.empty() && places.size() > 1;
  if (places.size() > kFewRows || ordered || spec_.skip) return false;
  const auto exact = exact_condition(table_, spec_, arguments);
  if (!exact) return false;
  if (points_of_ != snapshot_) {
    points_.emplace(snapshot_, [this](exec::BatchId batch) { return snapshot_->open_rows(batch); });
    points_of_ = snapshot_;
  }
  if (*exact) points_->keep_passing(places, **exact);
  rowid_asked_ = false;
  with_duplicates_ = nullptr;
  stream_ = std::make_unique<exec::PointStream>(*points_, std::move(places));
  return true;
}

void ArborCursor::next_run() {
  const HostLimits::Watch watch(table_.session->limits());
  blocks_.resize(table_.columns.size());
  for (const std::size_t number : read_) blocks_[number] = {};
  read_.clear();
  row_ = 0;
  do {
    run_ = stream_->next();
    rows_ = run_ ? run_->size() : 0;
  } while (run_ && rows_ == 0);
  // Rows that agree on all columns but not on their rowids were left out: what was asked about the
  // rowids is asked of every row, and SQLite drops what it has seen.
  if (!run_ && rowid_asked_ && with_duplicates_) run(std::exchange(with_duplicates_, nullptr), 0);
}

void ArborCursor::column(sqlite3_context* context, int number) {
  // An UPDATE that leaves the column as it is, but must be told that it writes an older generation.
  const bool tells_generation =
      old_generation_ && number == table_.hidden(ArborTable::Hidden::Generation);
  if (sqlite3_vtab_nochange(context) != 0 && !tells_generation) return;
  table_.own_column_read = number == table_.own_column;
  if (table_.is_data(number)) {
    exec::ColumnBlock& block = blocks_[static_cast<std::size_t>(number)];
    if (row_ - block.first >= block.count) {
      const HostLimits::Watch watch(table_.session->limits());
      block = run_->column(table_.columns[static_cast<std::size_t>(number)].path, row_);
      read_.push_back(static_cast<std::size_t>(number));
    }
    return set_result(context, *block.vector, row_ - block.first);
  }
  if (number == table_.hidden(ArborTable::Hidden::Tree)) {
    const HostLimits::Watch watch(table_.session->limits());
    text_.clear();
    run_->tree(row_, text_);
    return set_json(context, text_);
  }
  if (number == table_.hidden(ArborTable::Hidden::Index))
    return sqlite3_result_int64(context, static_cast<sqlite3_int64>(run_->position(row_)));
  if (number == table_.hidden(ArborTable::Hidden::Generation))
    return sqlite3_result_int64(context, snapshot_->generation());
  if (number == table_.hidden(ArborTable::Hidden::Patch)) return;  // written only
  // NULL to SQL; the row to the MATCH function, where SQLite calls it instead of the scan.
  sqlite3_result_pointer(context, this, kCursorPointer, nullptr);
}

bool ArborCursor::matches(std::string_view expression) const {
  return std::find(matched_.begin(), matched_.end(), expression) != matched_.end();
}

std::string ArborCursor::tree() const {
  const HostLimits::Watch watch(table_.session->limits());
  std::string tree;
  run_->tree(row_, tree);
  return tree;
}

}  // namespace arbors::ext
