#include "ext/host/host_functions.h"

#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/expr/functions/host_call.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {
namespace {

using expr::HostCall;

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// A database in memory without anything in it, and the calls that were asked of it.
class HostConnection {
 public:
  HostConnection() {
    sqlite3* db = nullptr;
    const int result = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, nullptr);
    db_.reset(db);
    if (result != SQLITE_OK) throw Error(ErrorCode::NoMemory, "SQLite opens no connection");
    constexpr int kFpDigits = 1023;  // SQLITE_DBCONFIG_FP_DIGITS, where there is such a thing
    sqlite3_db_config(db, kFpDigits, real_text_digits(), nullptr);
  }

  sqlite3* db() const { return db_.get(); }

  sqlite3_stmt* call(std::string sql) {
    const auto known = calls_.find(sql);
    if (known != calls_.end()) return known->second.get();
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v2(db(), sql.c_str(), -1, &statement, nullptr);
    StatementPtr made(statement);
    if (result != SQLITE_OK)
      throw Error(ErrorCode::Unsupported,
                  std::string(sqlite3_errmsg(db())) + " in SQLite " + sqlite3_libversion());
    return calls_.emplace(std::move(sql), std::move(made)).first->second.get();
  }

 private:
  std::unique_ptr<sqlite3, CloseDatabase> db_;
  std::map<std::string, StatementPtr> calls_;  // by their text; go before the connection
};
using HostConnectionPtr = std::unique_ptr<HostConnection>;

// The connections that nobody uses now.
class HostConnections {
 public:
  HostConnectionPtr take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      opening_ = std::this_thread::get_id();
      struct Opened {
        std::atomic<std::thread::id>& opening;
        ~Opened() { opening = std::thread::id(); }
      } const opened{opening_};
      return std::make_unique<HostConnection>();
    }
    HostConnectionPtr connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }
  void give_back(HostConnectionPtr connection) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    free_.clear();
  }
  bool opening_here() const { return opening_ == std::this_thread::get_id(); }

 private:
  std::mutex mutex_;
  std::vector<HostConnectionPtr> free_;
  std::atomic<std::thread::id> opening_;
};

// Never destroyed: at the process's end SQLite may be gone before it.
HostConnections& connections() {
  static HostConnections* const all = std::make_unique<HostConnections>().release();
  return *all;
}

std::string call_of(std::string_view function, std::size_t arguments) {
  std::string sql = "SELECT " + std::string(function) + '(';
  for (std::size_t i = 0; i < arguments; ++i) sql += i == 0 ? "?" : ",?";
  return sql + ')';
}

class SqliteCall : public HostCall {
 public:
  explicit SqliteCall(std::string sql)
      : connection_(connections().take()), call_(connection_->call(std::move(sql))) {}
  ~SqliteCall() override { connections().give_back(std::move(connection_)); }
  SqliteCall(const SqliteCall&) = delete;
  SqliteCall& operator=(const SqliteCall&) = delete;

  std::size_t append(expr::Arguments arguments, batch::VectorBuilder& out) override {
    for (std::size_t i = 0; i < arguments.size(); ++i) bind(static_cast<int>(i) + 1, arguments[i]);
    std::size_t bytes = 0;
    ask([&] { bytes = take(out); });
    return bytes;
  }

  double real_of(std::string_view text) {
    bind(1, Scalar(text));
    double real = 0;
    ask([&] { real = sqlite3_column_double(call_, 0); });
    return real;
  }

 private:
  // Runs the call and uses its answer.
  template <typename Use>
  void ask(Use use) {
    struct Reset {
      sqlite3_stmt* call;
      ~Reset() { sqlite3_reset(call); }
    } const reset{call_};
    if (sqlite3_step(call_) != SQLITE_ROW) throw_invalid(sqlite3_errmsg(connection_->db()));
    use();
  }
  void bind(int at, const Scalar& value) {
    switch (value.kind) {
      case ValueKind::Null:
        sqlite3_bind_null(call_, at);
        break;
      case ValueKind::Integer:
        sqlite3_bind_int64(call_, at, value.integer);
        break;
      case ValueKind::Real:
        sqlite3_bind_double(call_, at, value.real);
        break;
      default:  // stays where it is until the next row is bound
        sqlite3_bind_text64(call_, at, value.text.data() == nullptr ? "" : value.text.data(),
                            value.text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
  }
  std::size_t take(batch::VectorBuilder& out) {
    switch (sqlite3_column_type(call_, 0)) {
      case SQLITE_NULL:
        out.append_null();
        return 0;
      case SQLITE_INTEGER:
        out.append_integer(sqlite3_column_int64(call_, 0));
        return 0;
      case SQLITE_FLOAT:
        out.append_real(sqlite3_column_double(call_, 0));
        return 0;
      default:
        break;
    }
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(call_, 0));
    if (text == nullptr) throw std::bad_alloc();
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(call_, 0));
    out.append_text({text, bytes});
    return bytes;
  }

  HostConnectionPtr connection_;
  sqlite3_stmt* call_;
};

expr::HostCallPtr make_sqlite_call(std::string_view function, std::size_t arguments) {
  return std::make_unique<SqliteCall>(call_of(function, arguments));
}

double read_real_as_sqlite(std::string_view text) {
  return SqliteCall("SELECT CAST(? AS REAL)").real_of(text);
}

}  // namespace

void ask_sqlite_for_functions() {
  expr::set_host_calls(make_sqlite_call);
  set_real_reader(read_real_as_sqlite);
}

void close_host_connections() { connections().clear(); }

bool opens_host_connection() { return connections().opening_here(); }

}  // namespace arbors::ext
