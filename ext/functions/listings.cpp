#include "ext/functions/listings.h"

#include <array>
#include <map>

#include "engine/expr/forms/builder.h"
#include "ext/session/arbor_name.h"
#include "ext/table/authorization.h"
#include "sql/access/clock.h"

namespace arbors::ext {
namespace {

using batch::Statistics;
using batch::Tag;

Value number(std::uint64_t value) { return Value::of(static_cast<std::int64_t>(value)); }

ArborName arbor_argument(Session& session, const Value& name) {
  if (!name.is_text()) throw_invalid("an Arbor's name must be a text");
  return existing_arbor(session, name.text);
}

TableRows list_rows(Session& session, std::span<const Value>) {
  TableRows rows;
  for (const ArborName& name : list_arbors(session)) {
    const store::Totals totals = open_arbor(session, name)->totals();
    rows.push_back({Value::of(name.schema), Value::of(name.table), number(totals.trees),
                    number(totals.batches), number(totals.bytes), Value::of(totals.generation),
                    number(totals.columns)});
  }
  return rows;
}

struct KindName {
  Tag tag;
  std::string_view name;
};
constexpr std::array<KindName, 10> kKindNames{{
    {Tag::Null, "null"},
    {Tag::False, "boolean"},
    {Tag::True, "boolean"},
    {Tag::Integer, "integer"},
    {Tag::Real, "real"},
    {Tag::BigNumber, "big number"},
    {Tag::String, "string"},
    {Tag::Object, "object"},
    {Tag::Array, "array"},
    {Tag::Opaque, "opaque"},
}};

std::string kinds_text(const Statistics& statistics) {
  std::string text;
  for (const KindName& kind : kKindNames) {
    if (statistics.count(kind.tag) == 0) continue;
    if (text.ends_with(kind.name)) continue;
    if (!text.empty()) text += ", ";
    text += kind.name;
  }
  return text;
}

// The least and the greatest value in SQLite's order: numbers before strings.
struct Bounds {
  Value least, greatest;
};

Bounds bounds_of(const store::PathTotals& totals) {
  const Statistics& statistics = totals.statistics;
  Bounds bounds;
  const auto include = [&bounds](const Value& low, const Value& high) {
    if (bounds.least.is_null() || compare(low, bounds.least) < 0) bounds.least = low;
    if (bounds.greatest.is_null() || compare(high, bounds.greatest) > 0) bounds.greatest = high;
  };
  if (statistics.count(Tag::False) > 0)
    include(Value::of(std::int64_t{0}), Value::of(std::int64_t{0}));
  if (statistics.count(Tag::True) > 0)
    include(Value::of(std::int64_t{1}), Value::of(std::int64_t{1}));
  if (statistics.count(Tag::Integer) > 0)
    include(Value::of(statistics.integer_min), Value::of(statistics.integer_max));
  if (statistics.count(Tag::Real) + statistics.count(Tag::BigNumber) > 0)
    include(Value::of(statistics.real_min), Value::of(statistics.real_max));
  if (statistics.count(Tag::String) > 0)
    include(Value::of(totals.text_min), Value::of(totals.text_max));
  return bounds;
}

// A path as it stands in a plan.
std::string plan_text(const Path& path) { return expr::to_text(*expr::path(path)); }

// Those of objects included.
std::map<PathId, std::string> column_names(store::Store& store) {
  std::map<PathId, std::string> names;
  for (const auto& columns : {store.columns(), store.object_columns()})
    for (const store::Column& column : columns)
      if (column.id != kNoPath) names.emplace(column.id, column.name);
  return names;
}

// Bounds are values of the data: they are shown where SQL could read them.
TableRows schema_rows(Session& session, std::span<const Value> arguments) {
  const ArborName arbor = arbor_argument(session, arguments[0]);
  const StorePtr store = open_arbor(session, arbor);
  const std::vector<store::PathTotals> all = store->path_totals();  // first: it may find new paths
  const std::map<PathId, std::string> columns = column_names(*store);
  std::vector<Path> paths;
  for (const store::PathTotals& totals : all) paths.push_back(store->paths().path(totals.path));
  const std::vector<bool> shown = readable(session, arbor, *store, paths);
  TableRows rows;
  for (const store::PathTotals& totals : all) {
    const Statistics& statistics = totals.statistics;
    const Bounds bounds = shown[rows.size()] ? bounds_of(totals) : Bounds();
    const auto named = columns.find(totals.path);
    const std::string column = named == columns.end() ? std::string() : named->second;
    rows.push_back(
        {Value::of(totals.path == kRootPath ? std::string("$")
                                            : plan_text(store->paths().path(totals.path))),
         column.empty() ? Value::null() : Value::of(column), Value::of(kinds_text(statistics)),
         number(totals.count), number(totals.nulls), bounds.least, bounds.greatest,
         number(statistics.distinct), number(totals.bytes)});
  }
  return rows;
}

Value tags_of(const store::GenerationInfo& info) {
  std::string tags;
  for (const std::string& tag : info.tags) tags += (tags.empty() ? "" : ",") + tag;
  return tags.empty() ? Value::null() : Value::of(std::move(tags));
}

TableRows history_rows(Session& session, std::span<const Value> arguments) {
  TableRows rows;
  const StorePtr store = open_arbor(session, arbor_argument(session, arguments[0]));
  for (const store::GenerationInfo& info : store->history())
    rows.push_back({Value::of(info.generation), Value::of(store::time_text(info.time)),
                    number(info.trees), number(info.added), number(info.removed), tags_of(info),
                    Value::of(std::string(info.kept))});
  return rows;
}

constexpr std::array<RowTable, 3> kListings{{
    {"arbor_list", "schema, name, trees, batches, bytes, generation, columns", "", 7, 0, list_rows},
    {"arbor_schema", "path, \"column\", kinds, count, nulls, min, max, \"distinct\", bytes",
     "arbor HIDDEN", 9, 1, schema_rows},
    {"arbor_history", "generation, time, trees, added, removed, tag, kept", "arbor HIDDEN", 7, 1,
     history_rows},
}};

}  // namespace

std::span<const RowTable> listings() { return kListings; }

}  // namespace arbors::ext
