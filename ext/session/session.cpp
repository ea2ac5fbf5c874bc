#include "ext/session/session.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "engine/base/recycled_blocks.h"
#include "ext/host/host_functions.h"
#include "ext/session/file_access.h"
#include "ext/session/host_meanings.h"

namespace arbors::ext {
namespace {

// The connections that have a session, and whether it is whole. Never destroyed: a connection may
// outlive all that is.
struct Alive {
  std::mutex mutex;
  std::map<sqlite3*, bool> connections;
};
Alive& alive_sessions() {
  static auto& alive = *new Alive;
  return alive;
}

}  // namespace

Session::Counted::Counted(sqlite3* db) : db_(db) {
  const std::lock_guard lock(alive_sessions().mutex);
  alive_sessions().connections.emplace(db, false);
}
// With the last one go the connections that its SQLite library serves, since another may serve the
// next, and the memory that was kept for more work.
Session::Counted::~Counted() {
  const std::lock_guard lock(alive_sessions().mutex);
  if (alive_sessions().connections.size() == 1) {
    close_host_connections();
    recycled_blocks().release();
  }
  alive_sessions().connections.erase(db_);
}

int Session::alive() noexcept {
  const std::lock_guard lock(alive_sessions().mutex);
  return static_cast<int>(alive_sessions().connections.size());
}
bool Session::serves(sqlite3* db) {
  const std::lock_guard lock(alive_sessions().mutex);
  const auto found = alive_sessions().connections.find(db);
  return found != alive_sessions().connections.end() && found->second;
}
void Session::all_registered() {
  const std::lock_guard lock(alive_sessions().mutex);
  alive_sessions().connections[db()] = true;
}

Session::Session(sqlite3* db)
    : counted_(db),
      connection_(std::make_shared<store::Connection>(db)),
      limits_(db),
      meanings_(std::make_unique<HostMeanings>(*this)),
      files_(files_by_default()),
      lookups_(db) {
  execution_.counters = &connection_->counters;
  execution_.budgets.threads = std::max(1U, std::thread::hardware_concurrency());
}

Session::~Session() = default;

std::string lower_ascii(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return low;
}

Session::Key Session::key(const std::string& schema, const std::string& table) {
  return {lower_ascii(schema), lower_ascii(table)};
}

void Session::remember(const std::string& schema, const std::string& table, const StorePtr& store) {
  connected_[key(schema, table)] = {store, store->columns().size(), store->object_columns().size(),
                                    lookups_.version(schema)};
}

void Session::forget(const std::string& schema, const std::string& table) {
  connected_.erase(key(schema, table));
}

StorePtr Session::connected(const std::string& schema, const std::string& table) const {
  const auto found = connected_.find(key(schema, table));
  return found == connected_.end() ? nullptr : found->second.store.lock();
}

StorePtr Session::find(const std::string& schema, const std::string& table) const {
  const auto found = connected_.find(key(schema, table));
  if (found == connected_.end() || found->second.version != lookups_.version(schema))
    return nullptr;
  return found->second.store.lock();
}

void Session::confirm(const ArborName& name, const StorePtr& store) {
  Connected& known = connected_[key(name.schema, name.table)];
  known.store = store;
  known.version = lookups_.version(name.schema);
}

void Session::answer(const std::string& schema, const std::string& table, const StorePtr& store,
                     bool is_view) {
  if (key(schema, table) != key(asked_->asked.schema, asked_->asked.table)) return;
  asked_->store = store;
  asked_->is_view = is_view;
}

StorePtr Session::undeclared(const std::string& schema, const std::string& table) const {
  StorePtr store = undeclared_.lock();
  return store && key(store->schema(), store->table()) == key(schema, table) ? store : nullptr;
}

bool Session::has_new_columns(const std::string& schema, const std::string& table) const {
  const auto found = connected_.find(key(schema, table));
  if (found == connected_.end()) return false;
  const StorePtr store = found->second.store.lock();
  return store && store->options().found_columns &&
         (store->columns().size() != found->second.columns ||
          store->object_columns().size() != found->second.objects);
}

bool AllowedReads::holds(const std::string& name, const std::optional<std::uint64_t>& now) {
  constexpr std::size_t kMostNames = 1024;
  if (!now || now != since_ || names_.size() > kMostNames) names_.clear();
  since_ = now;
  return names_.contains(name);
}

void AllowedReads::add(const std::string& name) {
  if (since_) names_.insert(name);
}

}  // namespace arbors::ext
