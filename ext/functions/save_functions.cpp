#include <algorithm>
#include <array>

#include "engine/batch/build/batch_builder.h"
#include "engine/exec/export/export.h"
#include "engine/exec/query/fed_plan.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"
#include "ext/functions/functions.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_session.h"
#include "ext/session/arbor_name.h"

namespace arbors::ext {
namespace {

// Collects trees into batches and appends them to a store.
class BatchSink {
 public:
  explicit BatchSink(store::Store& store) : store_(store) {}

  void add(std::string_view tree) {
    trees_.emplace_back(tree);
    bytes_ += tree.size();
    ++count_;
    if (trees_.size() >= store_.options().batch_trees || bytes_ >= store::kBatchJsonBytes) flush();
  }
  std::uint64_t finish() {
    flush();
    return count_;
  }

 private:
  void flush() {
    if (trees_.empty()) return;
    const std::vector<std::string_view> documents(trees_.begin(), trees_.end());
    store_.append(store::encode_batch(batch::build_batch(documents, store_.writable_paths())));
    trees_.clear();
    bytes_ = 0;
  }

  store::Store& store_;
  std::vector<std::string> trees_;
  std::uint64_t bytes_ = 0, count_ = 0;
};

// Replaces an Arbor's trees by a result's, making the Arbor where there is none.
std::uint64_t store_result(Session& session, std::string_view name, exec::RowStreamPtr rows) {
  const std::optional<ArborName> found = find_arbor(session, name);
  const ArborName place = found ? *found : new_arbor_name(session, name);
  const StorePtr store = found ? open_arbor(session, place) : create_arbor(session, place);
  join_transaction(session, place);
  store::WriteScope scope(*store);
  store->clear();
  BatchSink sink(*store);
  exec::TreeStream trees(std::move(rows));
  for (std::string tree; trees.next(tree);) sink.add(tree);
  const std::uint64_t count = sink.finish();
  scope.done();
  declare_new_columns(session, place);
  return count;
}

void save(const CallArguments& call) {
  Session& session = call.session;
  const std::string name = text_argument(call.values[0], "an Arbor's name");
  const std::vector<Value> parameters =
      to_parameters(call.values.subspan(std::min<std::size_t>(2, call.values.size())));
  const exec::Query query =
      session.plans().query(text_argument(call.values[1], "the plan"), parameters);
  const std::uint64_t count =
      store_result(session, name, session.plans().execute_with_files(query));
  sqlite3_result_int64(call.context, static_cast<sqlite3_int64>(count));
}

// Reads {"name": "plan", …}; names and plans in their order.
std::vector<std::pair<std::string, std::string>> read_plans(const std::string& json) {
  std::vector<std::pair<std::string, std::string>> plans;
  const std::string object = json::normalize(json);
  if (!object.starts_with('{'))
    throw_invalid("arbor_save_multiple takes a JSON object {\"name\": \"plan\", …}");
  json::for_each_member(object, [&](std::string_view name, std::string_view raw) {
    const json::JsonValue plan = json::decode(raw);
    if (plan.kind != json::JsonKind::String)
      throw_invalid("the plan of " + std::string(name) + " must be a string");
    for (const auto& [other, text] : plans)
      if (compare(other, name, Collation::NoCase) == 0)
        throw_invalid("two plans for one Arbor: " + other + " and " + std::string(name));
    plans.emplace_back(name, plan.text);
    return true;
  });
  return plans;
}

// Opens every plan before anything is written, so that all of them read the state before the call.
void save_multiple(const CallArguments& call) {
  Session& session = call.session;
  const auto plans = read_plans(text_argument(call.values[0], "the plans"));
  for (const auto& [name, text] : plans) lock_for_writing(session, name);
  std::vector<exec::TreeSourcePtr> results;
  for (const auto& [name, text] : plans) results.push_back(exec::open(session.plans().query(text)));
  std::string json = "{";
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const exec::SourceBinder bind = [&](const plan::Source&) { return results[i]; };
    const std::uint64_t count =
        store_result(session, plans[i].first,
                     exec::execute(plan::make(plan::Source{}), bind, session.execution()));
    json += (json.size() > 1 ? "," : "");
    json::write_string(json, plans[i].first);
    json += ':' + std::to_string(count);
  }
  set_json(call.context, json + '}');
}

// SQLite lets a CHECK constraint call a direct-only function that is not deterministic. The
// functions that write to the database fail there by themselves; a file is as much to be kept from
// a schema.
void refuse_inside_write(sqlite3* db) {
  for (sqlite3_stmt* statement = sqlite3_next_stmt(db, nullptr); statement != nullptr;
       statement = sqlite3_next_stmt(db, statement)) {
    if (sqlite3_stmt_busy(statement) != 0 && sqlite3_stmt_readonly(statement) == 0)
      throw_invalid(
          "arbor_export cannot run inside a statement that writes; call it in a SELECT of its own");
  }
}

void export_plan(const CallArguments& call) {
  Session& session = call.session;
  refuse_inside_write(session.db());
  const std::vector<Value> parameters =
      to_parameters(call.values.subspan(std::min<std::size_t>(3, call.values.size())));
  const exec::Query query =
      session.plans().query(text_argument(call.values[0], "the plan"), parameters);
  const std::string file = text_argument(call.values[1], "the file's name");
  exec::ExportOptions options;
  if (call.values.size() > 2)
    options = exec::parse_export_options(text_argument(call.values[2], "the options"));
  if (exec::reads_feed(*query.plan)) {
    exec::RowStreamPtr rows = session.plans().execute_with_files(query);
    return set_json(call.context,
                    exec::export_rows(std::move(rows), file, options, query.context).to_json());
  }
  const exec::Relation relation = exec::run_plan(*query.plan, query.bind, query.context);
  set_json(call.context, exec::export_relation(relation, file, options, query.context).to_json());
}

constexpr std::array<ScalarFunction, 3> kSaveFunctions{{
    {"arbor_save", 2, 18, Marks::Direct, Access::Writes, save},
    {"arbor_save_multiple", 1, 1, Marks::Direct, Access::WritesSeveral, save_multiple},
    {"arbor_export", 2, 18, Marks::Direct, Access::Reads, export_plan, true},
}};

}  // namespace

std::span<const ScalarFunction> save_functions() { return kSaveFunctions; }

}  // namespace arbors::ext
