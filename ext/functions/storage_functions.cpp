#include <array>
#include <functional>

#include "ext/functions/functions.h"
#include "ext/host/sql_value.h"
#include "ext/host/statements.h"
#include "ext/session/arbor_name.h"
#include "ext/session/declaration.h"
#include "sql/access/savepoint.h"
#include "sql/import/file_names.h"
#include "sql/import/import.h"

namespace arbors::ext {
namespace {

std::string name_argument(const CallArguments& call) {
  return text_argument(call.values[0], "an Arbor's name");
}

// Runs an import into an Arbor, made where it is absent; then declares its new columns.
store::ImportReport write_to(Session& session, std::string_view name, store::IfExists if_exists,
                             const std::function<store::ImportReport(store::Store&)>& write) {
  const std::optional<ArborName> found = find_arbor(session, name);
  if (found && if_exists == store::IfExists::Fail)
    throw Error(ErrorCode::Constraint,
                "there is an Arbor " + found->table + " already, and the option if_exists is fail");
  const ArborName place = found ? *found : new_arbor_name(session, name);
  const StorePtr store = found ? open_arbor(session, place) : create_arbor(session, place);
  join_transaction(session, place);
  const store::ImportReport report = write(*store);
  declare_new_columns(session, place);
  return report;
}

// Runs another change of an Arbor there is; then declares its new columns.
void change(const CallArguments& call, const std::function<void(store::Store&)>& write,
            store::Savepoint::Drops drops = store::Savepoint::Drops::Nothing) {
  Session& session = call.session;
  const ArborName place = existing_arbor(session, name_argument(call));
  const StorePtr store = open_arbor(session, place);
  join_transaction(session, place);
  store::WriteScope scope(*store, drops);
  write(*store);
  scope.done();
  declare_new_columns(session, place);
}

store::ImportOptions import_options(const CallArguments& call) {
  store::ImportOptions options;
  if (call.values.size() > 2)
    options = store::parse_import_options(text_argument(call.values[2], "the options"));
  options.max_window_bytes = call.session.connection()->max_window_bytes;
  return options;
}

void import(const CallArguments& call) {
  const std::string name = name_argument(call);
  const std::string file = text_argument(call.values[1], "the file's name");
  const store::ImportOptions options = import_options(call);
  if (options.arrow)
    throw_invalid("arbor_import reads no Arrow data; arbor_append takes its bytes");
  const std::vector<std::string> files = store::find_files(file, name);
  const store::ImportReport report =
      write_to(call.session, name, options.if_exists,
               [&](store::Store& store) { return store::import_files(store, files, options); });
  set_json(call.context, report.to_json());
}

// The text or blob that is appended; JSONB as JSON text.
std::string appended(sqlite3_value* argument) {
  Value json = to_value(argument);
  if (!json.is_text() && json.kind != ValueKind::Blob)
    throw_invalid("arbor_append takes JSON as a text or a blob");
  if (json.kind == ValueKind::Blob)
    if (std::optional<std::string> text = json_argument(argument)) return *std::move(text);
  return std::move(json.text);
}

void append_arrow(const CallArguments& call, const std::string& name,
                  const store::ImportOptions& options) {
  sqlite3_value* argument = call.values[1];
  if (sqlite3_value_type(argument) != SQLITE_BLOB)
    throw_invalid("arbor_append takes Arrow data as a blob");
  const std::string_view bytes(static_cast<const char*>(sqlite3_value_blob(argument)),
                               static_cast<std::size_t>(sqlite3_value_bytes(argument)));
  const store::ImportReport report =
      write_to(call.session, name, options.if_exists,
               [&](store::Store& store) { return store::import_arrow(store, bytes, options); });
  set_json(call.context, report.to_json());
}

void append(const CallArguments& call) {
  const std::string name = name_argument(call);
  const store::ImportOptions options = import_options(call);
  if (options.arrow) return append_arrow(call, name, options);
  const std::string text = appended(call.values[1]);
  if (options.source) throw_invalid("the option 'source' names files; arbor_append reads none");
  const store::ImportReport report =
      write_to(call.session, name, options.if_exists,
               [&](store::Store& store) { return store::import_text(store, text, options); });
  set_json(call.context, report.to_json());
}

void remove(const CallArguments& call) {
  const std::optional<ArborName> found = find_arbor(call.session, name_argument(call));
  if (found)
    execute(call.session.db(),
            "DROP TABLE " + quote_identifier(found->schema) + '.' + quote_identifier(found->table));
  sqlite3_result_int(call.context, found ? 1 : 0);
}

void vacuum(const CallArguments& call) {
  std::int64_t keep = 0;
  if (call.values.size() > 1) {
    const auto generations = integer_argument(call.values[1]);
    if (!generations || *generations < 0 || *generations > UINT32_MAX)
      throw_invalid("arbor_vacuum keeps a number of generations, 0 or more");
    keep = *generations;
  }
  std::uint64_t freed = 0;
  change(call,
         [&](store::Store& store) { freed = store.vacuum(static_cast<std::uint32_t>(keep)); });
  sqlite3_result_int64(call.context, static_cast<sqlite3_int64>(freed));
}

void optimize(const CallArguments& call) {
  std::uint64_t before = 0, after = 0;
  change(call, [&](store::Store& store) {
    before = store.totals().batches;
    store.optimize();
    after = store.totals().batches;
  });
  set_json(call.context, "{\"batches_before\":" + std::to_string(before) +
                             ",\"batches\":" + std::to_string(after) + '}');
}

// Lists the faults of an Arbor, also of one that is too damaged to be opened.
std::vector<std::string> faults_of(Session& session, const std::string& name) {
  std::string why;
  try {
    return open_arbor(session, name)->check();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    why = error.what();
  }
  const ArborName place = *find_arbor(session, name);
  std::vector<std::string> faults =
      store::Store::check(session.connection(), place.schema, place.table);
  if (faults.empty()) faults.push_back("'" + place.table + "' cannot be opened: " + why);
  return faults;
}

void check(const CallArguments& call) {
  const std::vector<std::string> faults = faults_of(call.session, name_argument(call));
  std::string lines;
  for (const std::string& fault : faults) {
    if (!lines.empty()) lines += '\n';
    lines += fault;
  }
  set_text(call.context, faults.empty() ? std::string_view("ok") : lines);
}

void sync(const CallArguments& call) {
  std::size_t columns = 0;
  change(call, [&](store::Store& store) {
    store.note_pending_columns();
    columns = store.columns().size();
  });
  sqlite3_result_int64(call.context, static_cast<sqlite3_int64>(columns));
}

Path index_argument(const CallArguments& call) {
  return parse_path(text_argument(call.values[1], "the path of an index"));
}

void create_index(const CallArguments& call) {
  const Path path = index_argument(call);
  change(call, [&](store::Store& store) { store.create_index(path); });
  sqlite3_result_int(call.context, 1);
}

void drop_index(const CallArguments& call) {
  const Path path = index_argument(call);
  bool dropped = false;
  change(
      call, [&](store::Store& store) { dropped = store.drop_index(path); },
      store::Savepoint::Drops::Tables);
  sqlite3_result_int(call.context, dropped ? 1 : 0);
}

constexpr std::array<ScalarFunction, 9> kStorageFunctions{{
    {"arbor_import", 2, 3, Marks::Direct, Access::Writes, import, true},
    {"arbor_append", 2, 3, Marks::Direct, Access::Writes, append},
    {"arbor_delete", 1, 1, Marks::Direct, Access::Drops, remove},
    {"arbor_vacuum", 1, 2, Marks::Direct, Access::Writes, vacuum},
    {"arbor_optimize", 1, 1, Marks::Direct, Access::Writes, optimize},
    {"arbor_check", 1, 1, Marks::Plain, Access::Reads, check},
    {"arbor_sync", 1, 1, Marks::Direct, Access::Writes, sync},
    {"arbor_create_index", 2, 2, Marks::Direct, Access::Writes, create_index},
    {"arbor_drop_index", 2, 2, Marks::Direct, Access::Drops, drop_index},
}};

}  // namespace

std::span<const ScalarFunction> storage_functions() { return kStorageFunctions; }

}  // namespace arbors::ext
