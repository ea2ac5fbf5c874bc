#include "ext/scan/cursor.h"

#include <algorithm>
#include <utility>

#include "engine/batch/vectors/text_domain.h"
#include "engine/exec/query/execute.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/optimize/optimizer.h"
#include "ext/host/sql_value.h"
#include "ext/planning/outer_joins.h"
#include "ext/scan/match.h"
#include "ext/scan/row_restriction.h"
#include "ext/scan/scan_plan.h"
#include "ext/table/authorization.h"
#include "ext/table/store_source.h"

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

// So few rows' texts are not worth fetching before they are handed out.
constexpr std::uint32_t kFewTexts = 8;

// Lays texts side by side that would be read from many places.
batch::VectorPtr with_texts_near(batch::VectorPtr values) {
  if (values->strings == nullptr || values->rows < kFewTexts) return values;
  const bool most = values->rows > values->strings->size() / 4;
  return most ? batch::with_texts(std::move(values)) : batch::with_texts_of_rows(std::move(values));
}

}  // namespace

ArborCursor::ArborCursor(ArborTable& table)
    : sqlite3_vtab_cursor{},
      table_(table),
      hold_(table.session->limits().hold()),
      lookups_(table.lookups.lock()),
      write_scan_(table.write_scans.opened(table.session->db(), table.schema.c_str())) {}

ArborCursor::~ArborCursor() {
  if (write_scan_ != nullptr) write_scan_->ended = true;
}

bool ArborCursor::is_own_match(const Term& term) const {
  return term.op == TermOp::Match && table_.is_data(table_.column_number(term.column));
}

void ArborCursor::read_words(const char* words) {
  if (words_ == words) return;
  words_.clear();
  const std::shared_ptr<const ReadScan>& last = table_.last_scan;
  request_ = last != nullptr && last->words == words ? last->request : request_in(words);
  words_ = words;
  repeated_ = nullptr;
}

RepeatedLookups::Lookup& ArborCursor::repeated() {
  if (repeated_ != nullptr) return *repeated_;
  if (lookups_ == nullptr) lookups_ = RepeatedLookups::shared(table_.lookups);
  repeated_ = &lookups_->of(words_);
  return *repeated_;
}

// Finds the words' columns, and leaves out conditions that an outer join may not mean for this
// table.
ScanRequest ArborCursor::request_in(const char* words) {
  ScanSpec spec = parse_scan_spec(words);
  const auto find = [this](const std::string& name) { return find_column(table_, name); };
  const auto doubtful = [&](const Term& term) {
    if (!may_stand_in_outer_on(term.op)) return false;
    return !term.exact || (is_own_match(term) && spec.limit == 0);
  };
  if (std::none_of(spec.terms.begin(), spec.terms.end(), doubtful)) {
    table_.last_scan = std::make_shared<ReadScan>(ReadScan{words, ScanRequest(spec, find)});
    return table_.last_scan->request;
  }
  if (may_join_outer(table_.session->db())) {
    // SQLite could not ask it again of a column that is one like any other.
    if (std::any_of(spec.terms.begin(), spec.terms.end(),
                    [this](const Term& term) { return is_own_match(term); }))
      table_.refuse_match();
    std::erase_if(spec.terms, doubtful);
  }
  return ScanRequest(spec, find);
}

// Asks the host whether it lets the statement read what its MATCHes read, once for each.
void ArborCursor::allow_matches() {
  for (const Condition& condition : request_.conditions()) {
    if (condition.op != TermOp::Match) continue;
    const std::string& text = condition.right.value().text;
    if (std::find(allowed_.begin(), allowed_.end(), text) != allowed_.end()) continue;
    authorize(table_, *parse_match(text));
    allowed_.push_back(text);
  }
}

void ArborCursor::filter(const char* words, std::span<sqlite3_value*> arguments) {
  run_.reset();
  stream_.reset();
  matched_.clear();
  read_words(words);
  request_.bind(arguments);
  allow_matches();
  const auto [no_generation, generation] = request_.generation();
  old_generation_ = generation && *generation != table_.store->generation();
  if (write_scan_ != nullptr) *write_scan_ = {false, old_generation_};
  if (no_generation) return;
  rowid_asked_ = false;
  with_duplicates_ = nullptr;
  std::visit([this](auto&& way) { take_way(std::forward<decltype(way)>(way)); },
             choose_way(generation));
}

// Chooses where the rows come from, the cheapest way first, and the snapshot that holds them. An
// older generation has neither indexes nor rows cut out.
ArborCursor::Way ArborCursor::choose_way(std::optional<std::int64_t> generation) {
  using By = ScannedRows::By;
  ScannedRows scanned{By::Scan, row_restriction(request_)};
  plan::RowRestriction& rows = scanned.rows;
  if (generation) {
    snapshot_ = table_.store->snapshot(*generation);
  } else {
    auto found = search();
    if (found) rows.keep_rowids(*std::move(found));
    const auto rowids = named_rowids(rows, kRowsCut);
    snapshot_ = rowids ? table_.store->snapshot_of(*rowids) : table_.store->snapshot();
    scanned.by = found ? By::Index : rowids ? By::Name : By::Scan;
  }
  if (auto places = named_places(*snapshot_, rows, kFewRows);
      places && may_hand_out(places->size()))
    return *std::move(places);
  if (scanned.by != By::Scan) return scanned;
  if (auto places = look_up()) {
    if (rows.none() && may_hand_out(places->size())) return *std::move(places);
    keep_places(rows, *snapshot_, *places);
    scanned.by = By::Table;
  }
  return scanned;
}

// Tells whether so many known rows may be read one by one, without a plan: SQLite checks the
// conditions again but the exact ones, and takes the rows in any order where it asks for none.
bool ArborCursor::may_hand_out(std::size_t rows) const {
  if (rows > kFewRows || (request_.order() && rows > 1) || request_.skips()) return false;
  return std::none_of(
      request_.conditions().begin(), request_.conditions().end(),
      [](const Condition& condition) { return condition.op == TermOp::Match && condition.exact; });
}

void ArborCursor::take_way(Places places) {
  if (points_of_ != snapshot_) {
    points_.emplace(snapshot_, [this](exec::BatchId batch) { return snapshot_->open_rows(batch); });
    points_of_ = snapshot_;
  }
  if (const expr::ExprPtr exact = exact_condition(request_)) points_->keep_passing(places, *exact);
  stream_ = std::make_unique<exec::PointStream>(*points_, std::move(places));
  next_run();
}

void ArborCursor::take_way(ScannedRows rows) {
  for (const Condition& condition : request_.conditions())
    if (condition.op == TermOp::Match) matched_.push_back(condition.right.value().text);
  const bool known = rows.by != ScannedRows::By::Scan;  // these need no better plan
  const plan::NodePtr plan = make_plan(table_, snapshot_, request_, std::move(rows));
  if (request_.order() && request_.order()->distinct) with_duplicates_ = plan->inputs.front();
  run(known ? plan : optimized(plan), request_.expected_rows());
}

// SQLite's planner has chosen an index already, if any; the optimizer may find one for what it does
// not see into, a MATCH.
exec::BoundSource ArborCursor::bind(const plan::Source& source) {
  if (!source.search || request_.looks_up() || table_.store->snapshot() != snapshot_)
    return snapshot_;
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
  if (!request_.looks_up()) return false;
  RepeatedLookups::Lookup& repeated = this->repeated();
  const std::uint64_t trees = table_.store->trees();
  if (repeated.found_by_index * kRowsForOneByIndex < trees) return false;
  if (!repeated.beats_an_index)
    repeated.beats_an_index =
        trees <= table_.session->execution().budgets.max_index_entries &&
        !lookup_conditions(table_, request_, table_.store->snapshot()).empty();
  return *repeated.beats_an_index;
}

std::optional<std::vector<std::int64_t>> ArborCursor::search() {
  if (prefers_table()) return std::nullopt;
  auto found = search_index(table_, request_);
  if (found) repeated().found_by_index += kRowsOfASearch + found->size();
  return found;
}

// Makes the hash table of a repeated look-up, unless it is there; false where none serves.
bool ArborCursor::make_lookup_table() {
  RepeatedLookups::Lookup& repeated = this->repeated();
  if (repeated.table) return true;
  const exec::ExecutionContext& execution = table_.session->execution();
  const std::vector<const Condition*> conditions = lookup_conditions(table_, request_, snapshot_);
  if (conditions.empty() || snapshot_->trees() > execution.budgets.max_index_entries) return false;
  std::vector<exec::KeyLookup::Key> keys;
  repeated.arguments.clear();
  for (const Condition* condition : conditions) {
    keys.push_back({expr::path(condition->column.data->path), condition->collation});
    repeated.arguments.push_back(condition->argument);
  }
  repeated.table.emplace(snapshot_, keys, execution);
  return true;
}

// Finds the rows of a repeated equality in a hash table of the column instead of by another scan;
// nullopt where that is not worth it.
std::optional<ArborCursor::Places> ArborCursor::look_up() {
  RepeatedLookups::Lookup& repeated = this->repeated();
  if (repeated.snapshot != snapshot_) {
    repeated.snapshot = snapshot_;
    repeated.filters = repeated.beats_an_index.value_or(false) ? kLookupsBeforeTable : 0;
    repeated.table.reset();
  }
  if (++repeated.filters <= kLookupsBeforeTable || !make_lookup_table()) return std::nullopt;
  return repeated.table->find(request_.values_of(repeated.arguments));
}

void ArborCursor::next_run() {
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
  table_.own_column_read = number == table_.own_column;
  if (table_.is_data(number)) {
    if (blocks_.empty()) blocks_.resize(table_.columns.size());
    exec::ColumnBlock& block = blocks_[static_cast<std::size_t>(number)];
    if (row_ - block.first >= block.count) {
      const HostLimits::Watch watch(table_.session->limits());
      block = run_->column(table_.columns[static_cast<std::size_t>(number)].path, row_);
      block.vector = with_texts_near(std::move(block.vector));
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
