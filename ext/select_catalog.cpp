#include "ext/select_catalog.h"

#include "ext/arbor_name.h"
#include "ext/bound_table.h"
#include "ext/plan_session.h"
#include "ext/planner_knowledge.h"
#include "ext/view_columns.h"

namespace arbors::ext {
namespace {

namespace select = plan::select;

select::Table table_of_arbor(Session& session, const ArborName& name) {
  const StorePtr store = open_arbor(session, name);
  select::Table table;
  for (const store::Column& column : store->columns()) {
    select::Column known{column.name, column.path, Affinity::None, Collation::Binary, true};
    if (column.declared) {
      known.affinity = affinity_of_type(column.type);
      known.collation = declared_collation(session.db(), name, column.name);
    }
    table.columns.push_back(std::move(known));
  }
  for (store::Column& column : store->object_columns())
    table.columns.push_back({std::move(column.name), std::move(column.path), Affinity::None,
                             Collation::Binary, /*visible=*/false});
  return table;
}

// The trees of a plan, whose columns are those that a view of it has.
select::Table table_of_plan(Session& session, const plan::Node& plan) {
  select::Table table;
  for (ViewColumn& column : view_columns(session, plan))
    table.columns.push_back({std::move(column.name), std::move(column.path),
                             affinity_of_type(column.type), Collation::Binary, true});
  return table;
}

}  // namespace

select::Table SelectCatalog::table(plan::Source& source) const {
  if (source.kind == plan::Source::Kind::Handle)
    return table_of_plan(session_, *session_.plans().plan_of(source.name));
  const std::string name = full_name(source);
  const plan::NodePtr read = plan::make(source);
  const plan::NodePtr seen_through = session_.plans().with_views(read);
  if (seen_through != read) return table_of_plan(session_, *seen_through);
  const std::optional<ArborName> found = find_relation(session_, name);
  if (!found || store::Store::exists(session_.db(), found->schema, found->table))
    return table_of_arbor(session_, existing_arbor(session_, name));
  if (source.generation) throw_invalid(name + " is no Arbor: it has no generations");
  source.kind = plan::Source::Kind::Table;
  select::Table table;
  table.columns = table_columns(session_, *found);
  table.trees = false;
  table.in_memory = true;
  return table;
}

void SelectCatalog::check_function(std::string_view name) const {
  if (!own_functions_) own_functions_ = own_functions(session_.db());
  if (own_functions_->contains(lower_ascii(name)))
    throw_invalid("the application's own function " + std::string(name) +
                  "() is not understood here");
}

}  // namespace arbors::ext
