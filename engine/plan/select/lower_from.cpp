// FROM: each item's trees under its alias, joined from left to right. A single item's trees stand
// as they are.
#include "engine/base/error.h"
#include "engine/expr/builder.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/words.h"

namespace arbors::plan::select {
namespace {

// The columns of a query, which are all that is seen of it.
void add_columns(ScopeTable& table, const Lowered& query) {
  for (const OutColumn& column : query.columns)
    table.columns.push_back({column.name, query.whole_trees ? Path{} : field(column.name),
                             column.affinity, column.collation.value_or(Collation::Binary), true});
  table.trees = false;
}

}  // namespace

void CoreLowering::from() {
  if (core_.from.empty()) {  // one row without columns
    plan_ = make(Source{Source::Kind::Json, {}, "[{}]", {}, {}, {}});
    return;
  }
  for (const FromItem& item : core_.from) {
    ScopeTable table;
    table.alias = item.alias.empty() ? item.name : item.alias;
    if (&item == &core_.from.front()) {
      if (item.kind == FromItem::Kind::Each)
        lexer_.fail_at(item.begin, "json_each is understood here behind the table it reads");
      plan_ = from_item(item, table);
      scope_.tables.push_back(std::move(table));
    } else {
      lexer_.fail_at(item.begin, "joins are not understood here");
    }
  }
}

NodePtr CoreLowering::from_item(const FromItem& item, ScopeTable& table) {
  if (item.kind == FromItem::Kind::Query) {
    Lowered inner = lowering_.query(*item.query, tables_, nullptr);
    add_columns(table, inner);
    return inner.plan;
  }
  if (item.kind == FromItem::Kind::Table && item.schema.empty() && !item.generation)
    for (const CommonTables* known = tables_; known != nullptr; known = known->outer)
      if (known->table != nullptr && same_name(known->table->name, item.name))
        return common_table(item, *known, table);
  Source source;
  source.kind = item.kind == FromItem::Kind::Handle ? Source::Kind::Handle : Source::Kind::Name;
  source.schema = item.schema;
  source.name = item.name;
  source.generation = item.generation;
  table.schema = item.schema;
  table.table = item.name;
  try {
    Table known = lowering_.catalog().table(source);
    table.columns = std::move(known.columns);
    table.trees = known.trees;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound && error.code() != ErrorCode::Invalid) throw;
    try {
      lexer_.fail_at(item.begin, error.what());
    } catch (const Error& placed) {
      throw Error(error.code(), placed.what());
    }
  }
  return make(std::move(source));
}

// A query of WITH sees the names before it.
NodePtr CoreLowering::common_table(const FromItem& item, const CommonTables& found,
                                   ScopeTable& table) {
  const CommonTable& common = *found.table;
  Lowered inner = lowering_.query(*common.query, found.outer, nullptr);
  if (!common.columns.empty() && common.columns.size() != inner.columns.size())
    lexer_.fail_at(common.begin, "table " + common.name + " has " +
                                     std::to_string(inner.columns.size()) + " values for " +
                                     std::to_string(common.columns.size()) + " columns");
  table.table = item.name;
  add_columns(table, inner);
  for (std::size_t i = 0; i < common.columns.size(); ++i) table.columns[i].name = common.columns[i];
  return inner.plan;
}

}  // namespace arbors::plan::select
