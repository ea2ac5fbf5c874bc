#include "ext/session.h"

#include <algorithm>
#include <thread>

#include "ext/plan_session.h"

namespace arbors::ext {
std::atomic<int> Session::alive_{0};

Session::Session(sqlite3* db)
    : connection_(std::make_shared<store::Connection>(db)),
      limits_(db),
      plans_(std::make_unique<PlanSession>(*this)) {
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

void Session::remember(const std::string& schema, const std::string& table, const StorePtr& store,
                       std::size_t columns) {
  connected_[key(schema, table)] = {store, columns};
}

void Session::forget(const std::string& schema, const std::string& table) {
  connected_.erase(key(schema, table));
}

StorePtr Session::find(const std::string& schema, const std::string& table) const {
  const auto found = connected_.find(key(schema, table));
  return found == connected_.end() ? nullptr : found->second.store.lock();
}

bool Session::has_new_columns(const std::string& schema, const std::string& table) const {
  const auto found = connected_.find(key(schema, table));
  if (found == connected_.end()) return false;
  const StorePtr store = found->second.store.lock();
  return store && store->options().found_columns &&
         store->columns().size() != found->second.columns;
}

}  // namespace arbors::ext
