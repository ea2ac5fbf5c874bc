#include <algorithm>
#include <memory>

#include "engine/json/binary/marshal.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_arguments.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/session/read_callbacks.h"

namespace arbors::ext {
namespace {

enum MarshalColumn { kMarshalIndex, kMarshalTrees, kMarshalPlan };

constexpr std::uint32_t kMostListTrees = 256;
constexpr std::size_t kMostListBytes = 1U << 20;

struct Marshal : sqlite3_vtab {
  SessionPtr session;
};

// Goes through a plan's trees in lists: of one, two, four and so on up to 256, so that who wants
// the first does not wait for many. A tree that fits in no list comes alone, as a text of JSON.
class MarshalCursor : public sqlite3_vtab_cursor {
 public:
  explicit MarshalCursor(const Marshal& marshal)
      : sqlite3_vtab_cursor{}, session_(*marshal.session), hold_(session_.limits().hold()) {}

  void filter(const char*, std::span<sqlite3_value*> arguments) {
    if (arguments.empty())
      throw_invalid("arbor_marshal needs a plan: arbor_marshal('players | head 5')");
    arguments_.clear();
    for (sqlite3_value* argument : arguments) arguments_.push_back(to_value(argument));
    const exec::Query query = session_.plans().query(text_argument(arguments[0], "the plan"),
                                                     to_parameters(arguments.subspan(1)));
    trees_ =
        std::make_unique<exec::TreeStream>(exec::execute(query.plan, query.bind, query.context));
    index_ = 0;
    most_ = 1;
    ended_ = !trees_->next(tree_);
    fill();
  }

  void next() {
    ++index_;
    most_ = std::min(2 * most_, kMostListTrees);
    fill();
  }

  bool at_end() const { return list_.size() == 0 && !alone_; }
  std::int64_t rowid() const { return index_ + 1; }

  void column(sqlite3_context* context, int number) {
    if (number == kMarshalIndex) {
      sqlite3_result_int64(context, index_);
    } else if (number == kMarshalTrees) {
      if (alone_) return set_text(context, unfit_);
      const std::string_view bytes = list_.bytes();
      sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    } else if (static_cast<std::size_t>(number - kMarshalPlan) < arguments_.size()) {
      set_result(context, arguments_[static_cast<std::size_t>(number - kMarshalPlan)]);
    }
  }

 private:
  // Takes the next trees, the first of which is read already.
  void fill() {
    const HostLimits::Watch watch(session_.limits());
    list_.clear();
    alone_ = false;
    while (!ended_ && list_.size() < most_ && list_.bytes().size() < kMostListBytes) {
      if (!list_.add(tree_)) {
        if (list_.size() > 0) return;
        alone_ = true;
        unfit_.swap(tree_);
      }
      ended_ = !trees_->next(tree_);
      if (alone_) return;
    }
  }

  Session& session_;
  const HostLimits::Hold hold_;
  std::vector<Value> arguments_;  // the plan, then its parameters
  std::unique_ptr<exec::TreeStream> trees_;
  std::string tree_;   // the next one
  std::string unfit_;  // the one that comes alone
  json::MarshalList list_;
  std::uint32_t most_ = 1;
  bool ended_ = true, alone_ = false;
  std::int64_t index_ = 0;
};

using MarshalReading = ReadCallbacks<Marshal, MarshalCursor>;

int connect_marshal(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out,
                    char** message) {
  return guarded(message, [&] {
    const std::string sql =
        "CREATE TABLE x(idx INTEGER, trees, " + plan_argument_columns(false) + ')';
    if (sqlite3_declare_vtab(db, sql.c_str()) != SQLITE_OK) throw_invalid(sqlite3_errmsg(db));
    auto marshal = std::make_unique<Marshal>();
    marshal->session = *static_cast<SessionPtr*>(aux);
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
  return register_module(session->db(), "arbor_marshal", module, session);
}

}  // namespace arbors::ext
