#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "engine/json/input/structural_index.h"
#include "ext/functions/functions.h"
#include "ext/host/sql_value.h"
#include "sql/tables/layout.h"

namespace arbors::ext {
namespace {

struct Setting {
  const char* name;
  std::int64_t least;
  std::int64_t most;
  std::int64_t (*get)(const Session& session);
  void (*set)(Session& session, std::int64_t value);
};

constexpr std::int64_t kNoLimit = INT64_MAX;

template <std::uint64_t exec::Budgets::*Field>
std::int64_t get_budget(const Session& session) {
  return static_cast<std::int64_t>(session.execution().budgets.*Field);
}
template <std::uint64_t exec::Budgets::*Field>
void set_budget(Session& session, std::int64_t value) {
  session.execution().budgets.*Field = static_cast<std::uint64_t>(value);
}

std::int64_t get_cache_bytes(const Session& session) {
  return static_cast<std::int64_t>(session.connection()->cache.capacity());
}
void set_cache_bytes(Session& session, std::int64_t value) {
  session.connection()->cache.set_capacity(static_cast<std::size_t>(value));
}
std::int64_t get_threads(const Session& session) { return session.execution().budgets.threads; }
void set_threads(Session& session, std::int64_t value) {
  session.execution().budgets.threads = static_cast<unsigned>(value);
  session.connection()->threads = static_cast<unsigned>(value);
}

// Whether SQLite takes a double-quoted name that is nowhere for a text: 1 (its default) or 0.
std::int64_t get_quoted_texts(const Session& session) {
  int on = 0;
  sqlite3_db_config(session.db(), SQLITE_DBCONFIG_DQS_DML, -1, &on);
  return on;
}
void set_quoted_texts(Session& session, std::int64_t value) {
  for (const int where : {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL})
    sqlite3_db_config(session.db(), where, static_cast<int>(value), nullptr);
}

std::int64_t get_max_window_bytes(const Session& session) {
  return static_cast<std::int64_t>(session.connection()->max_window_bytes);
}
void set_max_window_bytes(Session& session, std::int64_t value) {
  session.connection()->max_window_bytes = static_cast<std::uint64_t>(value);
}

std::int64_t get_strict_paths(const Session& session) {
  return session.execution().strict_paths ? 1 : 0;
}
void set_strict_paths(Session& session, std::int64_t value) {
  session.execution().strict_paths = value != 0;
}

std::int64_t get_files(const Session& session) { return session.files() ? 1 : 0; }
void set_files(Session& session, std::int64_t value) {
  if (value == 0) return session.switch_files_off();
  if (!session.files())
    throw Error(ErrorCode::ReadOnly, "files are switched off for this connection, for good");
}

constexpr std::array<Setting, 11> kSettings{{
    {"files", 0, 1, get_files, set_files},
    {"cache_bytes", 0, kNoLimit, get_cache_bytes, set_cache_bytes},
    {"threads", 1, 256, get_threads, set_threads},
    {"max_buffer_trees", 1, kNoLimit, get_budget<&exec::Budgets::max_buffer_trees>,
     set_budget<&exec::Budgets::max_buffer_trees>},
    {"max_group_keys", 1, kNoLimit, get_budget<&exec::Budgets::max_group_keys>,
     set_budget<&exec::Budgets::max_group_keys>},
    {"max_index_entries", 1, kNoLimit, get_budget<&exec::Budgets::max_index_entries>,
     set_budget<&exec::Budgets::max_index_entries>},
    {"max_tree_bytes", 1, kNoLimit, get_budget<&exec::Budgets::max_tree_bytes>,
     set_budget<&exec::Budgets::max_tree_bytes>},
    {"parallel_trees", 0, kNoLimit, get_budget<&exec::Budgets::parallel_trees>,
     set_budget<&exec::Budgets::parallel_trees>},
    {"strict_paths", 0, 1, get_strict_paths, set_strict_paths},
    {"dqs", 0, 1, get_quoted_texts, set_quoted_texts},
    {"max_window_bytes", 1024, std::int64_t{2} << 30, get_max_window_bytes, set_max_window_bytes},
}};

const Setting& find_setting(const std::string& name) {
  std::string names;
  for (const Setting& setting : kSettings) {
    if (name == setting.name) return setting;
    names += (names.empty() ? "" : ", ") + std::string(setting.name);
  }
  throw_invalid("no such setting: " + name + " (there are: " + names + ")");
}

void config(const CallArguments& call) {
  const Setting& setting = find_setting(text_argument(call.values[0], "the setting's name"));
  if (call.values.size() > 1) {
    const auto value = integer_argument(call.values[1]);
    if (!value || *value < setting.least || *value > setting.most)
      throw_invalid(std::string(setting.name) + " takes an integer, " +
                    std::to_string(setting.least) + " or more" +
                    (setting.most == kNoLimit ? "" : ", at most " + std::to_string(setting.most)));
    setting.set(call.session, *value);
  }
  sqlite3_result_int64(call.context, setting.get(call.session));
}

void version(const CallArguments& call) {
  const std::string text = "arbors " ARBORS_VERSION ", storage format " +
                           std::to_string(store::kStorageFormat) + ", sqlite " +
                           sqlite3_libversion() + ", simdjson " + json::simdjson_version() +
                           ", zstd " + ZSTD_versionString() + ", zlib " + zlibVersion() +
                           ", xxhash " + std::to_string(XXH_versionNumber() / 10000) + '.' +
                           std::to_string(XXH_versionNumber() / 100 % 100) + '.' +
                           std::to_string(XXH_versionNumber() % 100);
  set_text(call.context, text);
}

void stats(const CallArguments& call) {
  std::string json = "{";
  for (const CounterName& counter : counter_names()) {
    if (json.size() > 1) json += ',';
    json += '"' + std::string(counter.name) +
            "\":" + std::to_string((call.session.connection()->counters.*counter.counter).load());
  }
  set_json(call.context, json + '}');
}

void reset_stats(const CallArguments& call) {
  for (const CounterName& counter : counter_names())
    (call.session.connection()->counters.*counter.counter).store(0);
  sqlite3_result_null(call.context);
}

constexpr std::array<ScalarFunction, 4> kSettingsFunctions{{
    {"arbor_config", 1, 2, Marks::Direct, Access::None, config},
    {"arbor_version", 0, 0, Marks::Innocuous, Access::None, version},
    {"arbor_stats", 0, 0, Marks::Plain, Access::None, stats},
    {"arbor_reset_stats", 0, 0, Marks::Direct, Access::None, reset_stats},
}};

}  // namespace

std::span<const ScalarFunction> settings_functions() { return kSettingsFunctions; }

}  // namespace arbors::ext
