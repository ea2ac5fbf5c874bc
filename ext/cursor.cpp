#include "ext/cursor.h"

#include <utility>

#include "engine/batch/vector_builder.h"
#include "engine/batch/vector_ops.h"
#include "engine/exec/execute.h"
#include "engine/expr/evaluate.h"
#include "engine/expr/parser.h"
#include "ext/scan_plan.h"
#include "ext/sql_value.h"

namespace arbors::ext {
namespace {

// Look-ups of the same column in one statement before a hash table is worth building.
constexpr std::uint32_t kLookupsBeforeTable = 3;

}  // namespace

void ArborCursor::read_spec(const char* spec) {
  if (spec_text_ == spec) return;
  spec_ = parse_scan_spec(spec);
  spec_text_ = spec;
  counted_for_.reset();
}

void ArborCursor::filter(const char* spec, std::span<sqlite3_value*> arguments) {
  run_.reset();
  stream_.reset();
  read_spec(spec);
  const auto generation = asked_generation(table_, spec_, arguments);
  snapshot_ = generation ? table_.store->snapshot(*generation) : table_.store->snapshot();
  auto found = generation ? std::nullopt : search_index(table_, snapshot_, spec_, arguments);
  const bool indexed = found.has_value();
  plan::NodePtr plan = make_plan(table_, snapshot_, spec_, arguments, std::move(found));
  if (!indexed) plan = use_lookup(plan, arguments);
  rowid_asked_ = false;
  with_duplicates_ = spec_.order == ScanSpec::Order::Distinct ? plan->inputs.front() : nullptr;
  run(plan, expected_rows(spec_, arguments));
}

void ArborCursor::run(const plan::NodePtr& plan, std::uint64_t expected_rows) {
  stream_ = exec::execute(
      plan, [this](const plan::Source&) { return snapshot_; }, table_.session->execution(),
      expected_rows);
  next_run();
}

// Answers a repeated equality by a hash table of the column instead of another scan.
plan::NodePtr ArborCursor::use_lookup(const plan::NodePtr& plan,
                                      std::span<sqlite3_value*> arguments) {
  if (counted_for_ != snapshot_) {
    counted_for_ = snapshot_;
    filters_ = 0;
    lookup_.reset();
  }
  const exec::ExecutionContext& execution = table_.session->execution();
  if (++filters_ <= kLookupsBeforeTable) return plan;
  const Term* term = lookup_term(table_, spec_, snapshot_);
  if (term == nullptr || snapshot_->trees() > execution.budgets.max_index_entries) return plan;
  if (!lookup_) {
    const auto column = static_cast<std::size_t>(table_.column_number(term->column));
    lookup_.emplace(snapshot_, table_.columns[column].path, term->collation, execution);
  }
  const Value value = to_value(arguments[static_cast<std::size_t>(term->argument) - 1]);
  return restrict_positions(plan, lookup_->find(value));
}

void ArborCursor::next_run() {
  blocks_.assign(table_.columns.size(), {});
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
  if (sqlite3_vtab_nochange(context) != 0) return;  // an UPDATE that leaves the column as it is
  if (table_.is_data(number)) {
    exec::ColumnBlock& block = blocks_[static_cast<std::size_t>(number)];
    if (row_ - block.first >= block.count)
      block = run_->column(table_.columns[static_cast<std::size_t>(number)].path, row_);
    return set_result(context, *block.vector, row_ - block.first);
  }
  if (number == table_.hidden(ArborTable::Hidden::Tree)) {
    text_.clear();
    run_->tree(row_, text_);
    return set_json(context, text_);
  }
  if (number == table_.hidden(ArborTable::Hidden::Index))
    return sqlite3_result_int64(context, static_cast<sqlite3_int64>(run_->position(row_)));
  if (number == table_.hidden(ArborTable::Hidden::Generation))
    return sqlite3_result_int64(context, snapshot_->generation());
  // NULL to SQL; the row to the MATCH function, where SQLite calls it instead of the scan.
  sqlite3_result_pointer(context, this, kCursorPointer, nullptr);
}

// Answers MATCH for the current row, from its tree: the slow way, for plans that cannot push it.
Value ArborCursor::match(std::string_view expression) {
  if (match_text_ != expression || !match_) {
    match_ = expr::parse_expression(expression);
    match_text_ = expression;
  }
  std::string tree;
  run_->tree(row_, tree);
  batch::VectorBuilder row(1);
  row.append_value(Value::json(std::move(tree)));
  const batch::Scope scope(row.finish());
  const batch::VectorPtr truth = expr::evaluate(*match_, {scope}, expr::Selection::all(1));
  return batch::value_at(*truth, 0);
}

}  // namespace arbors::ext
