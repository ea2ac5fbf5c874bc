#include <algorithm>
#include <memory>
#include <optional>

#include "engine/exec/export/marshal_rows.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_arguments.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/session/read_callbacks.h"

namespace arbors::ext {
namespace {

enum MarshalColumn { kMarshalIndex, kMarshalBlock, kMarshalPlan };

constexpr std::uint32_t kMostTrees = 256;    // in a list
constexpr std::uint32_t kMostRows = 16'384;  // in a block of columns

struct MarshalAux {
  SessionPtr session;
  bool trees;  // lists of trees, whatever they are
};

struct Marshal : sqlite3_vtab {
  SessionPtr session;
  bool trees = false;
};

// Goes through a plan's trees block by block: of one, two, four and so on, so that who wants the
// first does not wait for many. A tree that fits in no block comes alone, as a text of JSON.
class MarshalCursor : public sqlite3_vtab_cursor {
 public:
  explicit MarshalCursor(const Marshal& marshal)
      : sqlite3_vtab_cursor{},
        session_(*marshal.session),
        hold_(session_.limits().hold()),
        trees_(marshal.trees) {}

  void filter(const char*, std::span<sqlite3_value*> arguments) {
    if (arguments.empty())
      throw_invalid("arbor_marshal needs a plan: arbor_marshal('players | head 5')");
    arguments_.clear();
    for (sqlite3_value* argument : arguments) arguments_.push_back(to_value(argument));
    const exec::Query query = session_.plans().query(text_argument(arguments[0], "the plan"),
                                                     to_parameters(arguments.subspan(1)));
    rows_.emplace(exec::execute(query.plan, query.bind, query.context), trees_);
    index_ = 0;
    most_ = 1;
    fill();
  }

  void next() {
    ++index_;
    most_ = std::min(2 * most_, trees_ ? kMostTrees : kMostRows);
    fill();
  }

  bool at_end() const { return ended_; }
  std::int64_t rowid() const { return index_ + 1; }

  void column(sqlite3_context* context, int number) {
    if (number == kMarshalIndex) {
      sqlite3_result_int64(context, index_);
    } else if (number == kMarshalBlock) {
      const std::string_view bytes = rows_->bytes();
      if (rows_->is_alone()) return set_text(context, bytes);
      sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    } else if (static_cast<std::size_t>(number - kMarshalPlan) < arguments_.size()) {
      set_result(context, arguments_[static_cast<std::size_t>(number - kMarshalPlan)]);
    }
  }

 private:
  void fill() {
    const HostLimits::Watch watch(session_.limits());
    ended_ = !rows_->next(most_);
  }

  Session& session_;
  const HostLimits::Hold hold_;
  const bool trees_;
  std::vector<Value> arguments_;  // the plan, then its parameters
  std::optional<exec::MarshalRows> rows_;
  std::uint32_t most_ = 1;
  bool ended_ = true;
  std::int64_t index_ = 0;
};

using MarshalReading = ReadCallbacks<Marshal, MarshalCursor>;

int connect_marshal(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out,
                    char** message) {
  return guarded(message, [&] {
    const MarshalAux& given = *static_cast<MarshalAux*>(aux);
    const std::string sql = std::string("CREATE TABLE x(idx INTEGER, ") +
                            (given.trees ? "trees, " : "rows, ") + plan_argument_columns(false) +
                            ')';
    if (sqlite3_declare_vtab(db, sql.c_str()) != SQLITE_OK) throw_invalid(sqlite3_errmsg(db));
    auto marshal = std::make_unique<Marshal>();
    marshal->session = given.session;
    marshal->trees = given.trees;
    *out = marshal.release();
    return SQLITE_OK;
  });
}

int best_marshal_index(sqlite3_vtab*, sqlite3_index_info* info) {
  const int taken = take_plan_arguments(info, kMarshalPlan);
  if (taken != SQLITE_OK) return taken;
  info->estimatedCost = 10000;
  info->estimatedRows = 1000;
  return SQLITE_OK;
}

}  // namespace

int register_marshal_function(const SessionPtr& session) {
  static const sqlite3_module module = MarshalReading::module(
      nullptr, connect_marshal, best_marshal_index, MarshalReading::disconnect);
  const int registered =
      register_module(session->db(), "arbor_marshal", module, MarshalAux{session, true});
  if (registered != SQLITE_OK) return registered;
  return register_module(session->db(), "arbor_marshal_rows", module, MarshalAux{session, false});
}

}  // namespace arbors::ext
