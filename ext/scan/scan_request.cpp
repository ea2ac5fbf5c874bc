#include "ext/scan/scan_request.h"

#include <algorithm>
#include <new>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/expr/forms/builder.h"
#include "ext/host/sql_value.h"

namespace arbors::ext {
namespace {

std::vector<Value> list_members(sqlite3_value* list) {
  std::vector<Value> members;
  sqlite3_value* item = nullptr;
  int result = sqlite3_vtab_in_first(list, &item);
  for (; result == SQLITE_OK && item != nullptr; result = sqlite3_vtab_in_next(list, &item))
    members.push_back(to_value(item));
  if (result != SQLITE_OK && result != SQLITE_DONE) throw std::bad_alloc();
  return members;
}

plan::SortKey sort_key(const OrderKey& key, const FoundColumn& column) {
  plan::SortKey sort;
  sort.descending = key.descending;
  sort.nulls_last = key.descending;  // NULLs are least
  switch (column.kind) {
    case ColumnKind::Rowid:
      sort.by = plan::SortKey::By::Rowid;
      break;
    case ColumnKind::Position:
      sort.by = plan::SortKey::By::Position;
      break;
    default:
      sort.expr = expr::path(column.data->path);
      sort.collation = column.data->collation;
  }
  return sort;
}

std::optional<plan::Sort> order_of(const ScanSpec& spec, const ScanRequest::ColumnFinder& find) {
  if (spec.keys.empty()) return std::nullopt;
  plan::Sort sort;
  sort.distinct = spec.order == ScanSpec::Order::Distinct;
  sort.grouped = sort.distinct || spec.order == ScanSpec::Order::Grouped;
  for (const OrderKey& key : spec.keys) {
    sort.keys.push_back(sort_key(key, find(key.column)));
    if (sort.distinct) sort.keys.back().collation = Collation::Binary;
  }
  return sort;
}

// Reads a LIMIT's or OFFSET's value as SQLite does.
std::int64_t whole_number(const Value& argument) {
  const Value value = apply_affinity(argument, Affinity::Integer);
  if (value.kind != ValueKind::Integer) throw_invalid("datatype mismatch: LIMIT takes an integer");
  return value.integer;
}

std::uint64_t row_count(const Value& argument) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, whole_number(argument)));
}

}  // namespace

FoundColumn find_column(const ArborTable& table, const std::string& name) {
  const int number = table.column_number(name);
  if (number < 0) return {ColumnKind::Rowid};
  if (table.is_data(number))
    return {ColumnKind::Data, &table.columns[static_cast<std::size_t>(number)]};
  if (number == table.hidden(ArborTable::Hidden::Index)) return {ColumnKind::Position};
  if (number == table.hidden(ArborTable::Hidden::Generation)) return {ColumnKind::Generation};
  return {ColumnKind::Match};
}

void RightSide::bind(TermOp op, sqlite3_value* argument) {
  values_.clear();
  unread_ = op == TermOp::In ? argument : nullptr;
  if (op == TermOp::Match)
    values_.push_back(Value::of(text_argument(argument, "MATCH's expression")));
  else if (op != TermOp::In)
    values_.push_back(to_value(argument));
}

const std::vector<Value>& RightSide::values() const {
  if (unread_ != nullptr) {
    values_ = list_members(unread_);
    unread_ = nullptr;
  }
  return values_;
}

ScanRequest::ScanRequest(const ScanSpec& spec, const ColumnFinder& find)
    : walked_(spec.walked),
      order_(order_of(spec, find)),
      limit_argument_(spec.limit),
      offset_argument_(spec.offset),
      skips_(spec.skip) {
  for (const Term& term : spec.terms) {
    FoundColumn column = find(term.column);
    if (term.op == TermOp::Match) column = {ColumnKind::Match};  // of whole trees
    conditions_.push_back({term.op, term.exact, term.collation, term.argument, column, {}});
  }
  if (!spec.indexed.empty()) indexed_ = find(spec.indexed).data;
}

void ScanRequest::bind(std::span<sqlite3_value*> arguments) {
  const auto argument = [&](int number) { return arguments[static_cast<std::size_t>(number) - 1]; };
  for (Condition& condition : conditions_)
    if (condition.argument != 0) condition.right.bind(condition.op, argument(condition.argument));
  if (limit_argument_ != 0) limit_ = to_value(argument(limit_argument_));
  if (offset_argument_ != 0) offset_ = to_value(argument(offset_argument_));
}

std::vector<Value> ScanRequest::values_of(std::span<const int> arguments) const {
  std::vector<Value> values;
  values.reserve(arguments.size());
  for (const int argument : arguments)
    for (const Condition& condition : conditions_)
      if (condition.argument == argument) values.push_back(condition.right.value());
  return values;
}

AskedGeneration ScanRequest::generation() const {
  for (const Condition& condition : conditions_) {
    if (condition.column.kind != ColumnKind::Generation) continue;
    const Value value = apply_affinity(condition.right.value(), Affinity::Integer);
    if (value.is_null()) return {true, std::nullopt};
    if (value.kind != ValueKind::Integer) throw_invalid("_generation is compared with an integer");
    return {false, value.integer};
  }
  return {};
}

std::uint64_t ScanRequest::expected_rows() const {
  if (limit_argument_ == 0) return 0;
  const std::int64_t limit = whole_number(limit_);
  if (limit < 0) return 0;
  const bool offset = offset_argument_ != 0 && !skips_;
  return static_cast<std::uint64_t>(limit) + (offset ? row_count(offset_) : 0);
}

std::optional<std::uint64_t> ScanRequest::skipped_rows() const {
  if (!skips_) return std::nullopt;
  return row_count(offset_);
}

}  // namespace arbors::ext
