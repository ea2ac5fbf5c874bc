#include "ext/session/row_table.h"

#include <algorithm>
#include <memory>
#include <string>

#include "ext/host/sql_value.h"
#include "ext/session/read_callbacks.h"
#include "sql/access/sqlite_error.h"

namespace arbors::ext {
namespace {

struct ListingAux {
  SessionPtr session;
  const RowTable* table;
};

struct ConnectedListing : sqlite3_vtab {
  ConnectedListing() : sqlite3_vtab() {}
  ~ConnectedListing() { sqlite3_free(zErrMsg); }  // SQLite does not after every callback

  SessionPtr session;
  const RowTable* table = nullptr;
};

class ListingCursor : public sqlite3_vtab_cursor {
 public:
  explicit ListingCursor(const ConnectedListing& table)
      : sqlite3_vtab_cursor{}, table_(table), hold_(table.session->limits().hold()) {}

  void filter(const char*, std::span<sqlite3_value*> arguments) {
    const RowTable& table = *table_.table;
    if (arguments.size() < table.most_arguments)
      throw_invalid(std::string(table.name) + " needs its argument: " + table.name + "('players')");
    arguments_.clear();
    for (sqlite3_value* argument : arguments) arguments_.push_back(to_value(argument));
    // Nothing is known of NULL, as in SQLite's own table-valued functions.
    const bool asked = std::ranges::none_of(arguments_, &Value::is_null);
    rows_ = asked ? table.rows(*table_.session, arguments_) : TableRows();
    row_ = 0;
  }

  void next() { ++row_; }
  bool at_end() const { return row_ >= rows_.size(); }
  std::int64_t rowid() const { return static_cast<std::int64_t>(row_) + 1; }

  void column(sqlite3_context* context, int number) const {
    const std::vector<Value>& row = rows_[row_];
    const auto column = static_cast<std::size_t>(number);
    if (column < row.size()) {
      set_result(context, row[column]);
    } else if (column - row.size() < arguments_.size()) {
      set_result(context, arguments_[column - row.size()]);
    }
  }

 private:
  const ConnectedListing& table_;
  const HostLimits::Hold hold_;
  std::vector<Value> arguments_;
  TableRows rows_;
  std::size_t row_ = 0;
};

using RowTableCallbacks = ReadCallbacks<ConnectedListing, ListingCursor>;

int connect_listing(sqlite3* db, void* raw, int, const char* const*, sqlite3_vtab** out,
                    char** message) {
  return guarded(message, [&] {
    const ListingAux& aux = *static_cast<ListingAux*>(raw);
    std::string sql = std::string("CREATE TABLE x(") + aux.table->columns;
    if (*aux.table->arguments != '\0') sql += std::string(", ") + aux.table->arguments;
    const int declared = sqlite3_declare_vtab(db, (sql + ")").c_str());
    if (declared != SQLITE_OK) store::throw_sqlite(db, declared);
    auto table = std::make_unique<ConnectedListing>();
    table->session = aux.session;
    table->table = aux.table;
    *out = table.release();
    return SQLITE_OK;
  });
}

// Takes the arguments, in their order; refuses a plan that lacks one.
int plan_arguments(const RowTable& table, sqlite3_index_info* info) {
  std::vector<int> constraint_of(table.most_arguments, -1);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const int argument = constraint.iColumn - static_cast<int>(table.visible);
    if (argument < 0 || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    constraint_of[static_cast<std::size_t>(argument)] = i;
  }
  int taken = 0;
  for (const int i : constraint_of) {
    if (i < 0) continue;
    info->aConstraintUsage[i].argvIndex = ++taken;
    info->aConstraintUsage[i].omit = 1;
  }
  info->estimatedCost = 1000;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

int plan_listing(sqlite3_vtab* table, sqlite3_index_info* info) {
  return guarded(&table->zErrMsg,
                 [&] { return plan_arguments(*RowTableCallbacks::of(table).table, info); });
}

}  // namespace

int register_row_table(const SessionPtr& session, const RowTable& table) {
  static const sqlite3_module module = RowTableCallbacks::module(
      nullptr, connect_listing, plan_listing, RowTableCallbacks::disconnect);
  return register_module(session->db(), table.name, module, ListingAux{session, &table});
}

}  // namespace arbors::ext
