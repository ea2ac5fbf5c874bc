#include "ext/plans/select_catalog.h"

#include "ext/host/statements.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/table_source.h"
#include "ext/plans/view_columns.h"
#include "ext/session/arbor_name.h"
#include "ext/session/host_meanings.h"

namespace arbors::ext {
namespace {

namespace select = plan::select;

select::Columns shared(std::vector<select::Column> columns) {
  return std::make_shared<const std::vector<select::Column>>(std::move(columns));
}

// The trees of a plan, whose columns are those that a view of it has.
select::Table table_of_plan(Session& session, const plan::Node& plan) {
  std::vector<select::Column> columns;
  for (ViewColumn& column : view_columns(session, plan))
    columns.push_back({std::move(column.name), std::move(column.path),
                       affinity_of_type(column.type), Collation::Binary, true});
  return {shared(std::move(columns))};
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
  if (!found || session_.find(found->schema, found->table) ||
      store::Store::exists(session_.db(), found->schema, found->table))
    return {session_.plans().columns().of(session_, existing_arbor(session_, name)),
            /*trees=*/true, /*in_memory=*/false, /*stored=*/true};
  if (source.when) throw_invalid(name + " is no Arbor: it has no generations");
  source.kind = plan::Source::Kind::Table;
  return {shared(table_columns(session_, *found)), /*trees=*/false, /*in_memory=*/true};
}

const select::CalledFunction* SelectCatalog::own_call(
    std::span<const select::CalledFunction> calls) const {
  return session_.meanings().own_call(calls);
}

bool SelectCatalog::host_runs(std::string_view statement) const {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v2(session_.db(), statement.data(),
                                      static_cast<int>(statement.size()), &made, nullptr);
  sqlite3_finalize(made);
  return code == SQLITE_OK && made != nullptr;
}

// A statement that the host does not run reads nothing there.
bool SelectCatalog::reads_by_parts(std::string_view statement) const {
  constexpr int kDetail = 3;  // the column of EXPLAIN QUERY PLAN
  const std::string sql = "EXPLAIN QUERY PLAN " + std::string(statement);
  sqlite3_stmt* made = nullptr;
  bool found = false;
  if (sqlite3_prepare_v2(session_.db(), sql.data(), static_cast<int>(sql.size()), &made, nullptr) ==
      SQLITE_OK)
    while (!found && sqlite3_step(made) == SQLITE_ROW)
      found = column_text(made, kDetail) == "MULTI-INDEX OR";
  sqlite3_finalize(made);
  return found;
}

bool SelectCatalog::merges_sets() const {
  constexpr int kFirstThatDoes = 3052000;  // 3.51.3 does not yet, 3.53.0 does
  return sqlite3_libversion_number() >= kFirstThatDoes;
}

bool SelectCatalog::is_own(Collation collation) const {
  return session_.meanings().is_own(collation);
}

}  // namespace arbors::ext
