#include "ext/planning/take_order.h"

#include <algorithm>
#include <string>
#include <vector>

namespace arbors::ext {
namespace {

constexpr std::string_view kRowidKey;  // as ScanSpec has it

// What sqlite3_vtab_distinct() says.
constexpr int kGroupBy = 1;
constexpr int kDistinct = 2;

constexpr double kManyTexts = 1000;
constexpr double kUnknownLimit = 100;  // rows, where a LIMIT is a parameter
constexpr int kToldColumns = 63;       // of colUsed; its last bit stands for all others
constexpr std::size_t kMostDistinctKeys = 8;
constexpr int kOffsetIsSafe = 3050000;  // versions that offer OFFSET only where no term is hidden

constexpr batch::TagSet kTexts = batch::tag_bit(batch::Tag::String) | batch::kNullTags;
constexpr batch::TagSet kIntegers = batch::tag_bit(batch::Tag::Integer) |
                                    batch::tag_bit(batch::Tag::False) |
                                    batch::tag_bit(batch::Tag::True) | batch::kNullTags;

// The columns below the 63rd that the query reads.
std::vector<int> columns_used(const ScanDraft& draft) {
  std::vector<int> columns;
  for (int column = 0; column < kToldColumns; ++column)
    if ((draft.info.colUsed >> column & 1) != 0) columns.push_back(column);
  return columns;
}

// The key of an order by that column; nullopt where the scan cannot give it.
std::optional<OrderKey> order_key(const ScanDraft& draft, int column, bool descending) {
  if (column < 0) return OrderKey{std::string(kRowidKey), descending};
  const bool ordered = draft.table.is_data(column)
                           ? draft.orders_alike(draft.data_column(column).collation)
                           : column == draft.table.hidden(ArborTable::Hidden::Index);
  if (!ordered) return std::nullopt;
  return OrderKey{draft.table.column_name(column), descending};
}

// Tells whether equal values of a column are one value in every respect: 1 and 1.0, or two
// texts under NOCASE, are not.
bool is_one_value(ScanDraft& draft, int column) {
  if (!draft.table.is_data(column)) return false;
  const batch::TagSet kinds = draft.knowledge.facts(column).kinds;
  const bool binary = draft.data_column(column).collation == Collation::Binary;
  return (binary && (kinds & ~kTexts) == 0) || (kinds & ~kIntegers) == 0;
}

// Orders each group by the column of most texts. SQLite does not say what it aggregates: where it
// counts distinct texts, it keeps them in a B-tree, and filling that in order takes a fraction of
// the time; where it does not, the order costs little beside handing out texts. A column with a
// condition is hardly what is counted.
void order_within_groups(ScanDraft& draft) {
  ScanSpec& spec = draft.spec;
  for (int i = 0; i < draft.info.nOrderBy; ++i)  // of 1 and 1.0 the first row's is shown
    if (!is_one_value(draft, draft.info.aOrderBy[i].iColumn)) return;
  double most = kManyTexts;
  const TableColumn* chosen = nullptr;
  for (const int column : columns_used(draft)) {
    if (!draft.table.is_data(column)) continue;
    const TableColumn& home = draft.data_column(column);
    const auto named = [&](const auto& part) { return part.column == home.name; };
    if (std::any_of(spec.keys.begin(), spec.keys.end(), named) ||
        std::any_of(spec.terms.begin(), spec.terms.end(), named))
      continue;
    const PathFacts known = draft.knowledge.facts(column);
    if ((known.kinds & ~kTexts) != 0 || known.distinct <= most) continue;
    most = known.distinct;
    chosen = &home;
  }
  if (chosen != nullptr) spec.keys.push_back({chosen->name, false});
}

// Leaves duplicates out where SQLite asks for distinct rows: those that agree on every column that
// it reads, so that no condition tells them apart.
void take_distinct(ScanDraft& draft) {
  if ((draft.info.colUsed >> kToldColumns) != 0) return;
  const std::vector<int> columns = columns_used(draft);
  if (columns.empty() || columns.size() > kMostDistinctKeys) return;
  for (const int column : columns)
    if (!is_one_value(draft, column)) return;
  for (const int column : columns)
    draft.spec.keys.push_back({draft.table.column_name(column), false});
  draft.spec.order = ScanSpec::Order::Distinct;
}

// The count that a LIMIT or OFFSET says, where planning knows it; -1 for one below zero.
double known_count(const ScanDraft& draft, int at, double unknown) {
  const std::optional<Value> value = draft.known_right(at);
  if (!value || value->kind != ValueKind::Integer) return unknown;
  return static_cast<double>(std::max<std::int64_t>(value->integer, -1));
}

// The last usable constraint with that code; -1: none.
int constraint_with(const ScanDraft& draft, int code) {
  int found = -1;
  for (int i = 0; i < draft.info.nConstraint; ++i)
    if (draft.info.aConstraint[i].usable != 0 && draft.info.aConstraint[i].op == code) found = i;
  return found;
}

}  // namespace

void take_order(ScanDraft& draft) {
  const sqlite3_index_info& info = draft.info;
  const int distinct = sqlite3_vtab_distinct(&draft.info);
  if (info.nOrderBy == 0) return;
  if (distinct == kDistinct) return take_distinct(draft);
  std::vector<OrderKey> keys;
  for (int i = 0; i < info.nOrderBy; ++i) {
    auto key = order_key(draft, info.aOrderBy[i].iColumn, info.aOrderBy[i].desc != 0);
    if (!key) return;
    keys.push_back(*std::move(key));
  }
  draft.spec.keys = std::move(keys);
  draft.spec.order = distinct == kGroupBy ? ScanSpec::Order::Grouped : ScanSpec::Order::Sorted;
  draft.info.orderByConsumed = 1;
  if (distinct == kGroupBy) order_within_groups(draft);
}

void take_limit(ScanDraft& draft) {
  if (draft.info.nOrderBy > 0 && draft.info.orderByConsumed == 0) return;
  const int limit = constraint_with(draft, SQLITE_INDEX_CONSTRAINT_LIMIT);
  if (limit < 0) return;
  const int offset = constraint_with(draft, SQLITE_INDEX_CONSTRAINT_OFFSET);
  const bool skip = draft.all_exact && sqlite3_libversion_number() >= kOffsetIsSafe;
  draft.take_argument(limit, false);
  draft.spec.limit = draft.arguments;
  draft.first = std::max(0.0, known_count(draft, limit, kUnknownLimit));
  if (offset < 0) return;
  if (draft.first > 0) draft.first += std::max(0.0, known_count(draft, offset, 0));
  draft.take_argument(offset, skip);
  draft.spec.offset = draft.arguments;
  draft.spec.skip = skip;
}

}  // namespace arbors::ext
