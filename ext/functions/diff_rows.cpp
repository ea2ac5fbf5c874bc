// arbor_diff(name, from [, to]): what changed between two generations, a row for each value that
// differs and for each tree that was added or removed; streamed, a tree at a time.
#include <array>
#include <memory>

#include "engine/expr/forms/builder.h"
#include "engine/json/edit/difference.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_tables.h"
#include "ext/session/arbor_name.h"
#include "ext/session/read_callbacks.h"
#include "ext/table/authorization.h"

namespace arbors::ext {
namespace {

enum DiffColumn { kRowid, kChange, kPath, kOld, kNew, kArbor, kFrom, kTo };

struct Diff : sqlite3_vtab {
  SessionPtr session;
};

struct DiffRow {
  const char* change = "";
  Value path, before, after;
};

Value text_or_null(const std::optional<std::string_view>& text) {
  return text ? Value::of(std::string(*text)) : Value::null();
}

std::string path_text(const Path& path) {
  return path.steps.empty() ? "$" : expr::to_text(*expr::path(path));
}

// Asks the host's authorizer for whole trees.
void authorize_trees(Session& session, const ArborName& arbor) {
  plan::Source source;
  source.schema = arbor.schema;
  source.name = arbor.table;
  authorize(session, *plan::make(std::move(source)));
}

class DiffCursor : public sqlite3_vtab_cursor {
 public:
  explicit DiffCursor(const Diff& diff)
      : sqlite3_vtab_cursor{}, session_(*diff.session), hold_(session_.limits().hold()) {}

  void filter(const char*, std::span<sqlite3_value*> arguments) {
    if (arguments.size() < 2)
      throw_invalid("arbor_diff needs an Arbor and where to begin: arbor_diff('players', 7)");
    arguments_.clear();
    for (sqlite3_value* argument : arguments) arguments_.push_back(to_value(argument));
    changes_.reset();
    number_ = 0;
    // Nothing is known of NULL, as in SQLite's own functions.
    for (const Value& argument : arguments_)
      if (argument.is_null()) return;
    const ArborName arbor =
        existing_arbor(session_, text_argument(arguments[0], "an Arbor's name"));
    authorize_trees(session_, arbor);
    store_ = open_arbor(session_, arbor);
    const std::int64_t from = store_->generation_of(arguments_[1]);
    const std::int64_t to =
        arguments_.size() > 2 ? store_->generation_of(arguments_[2]) : store_->generation();
    changes_ = store_->difference(from, to);
    next_tree();
  }

  void next() {
    ++number_;
    if (++row_ < rows_.size()) return;
    const HostLimits::Watch watch(session_.limits());
    next_tree();
  }

  bool at_end() const { return changes_ == nullptr; }
  std::int64_t rowid() const { return number_ + 1; }

  void column(sqlite3_context* context, int number) const {
    const DiffRow& row = rows_[row_];
    if (number == kRowid) {
      sqlite3_result_int64(context, changes_->rowid());
    } else if (number == kChange) {
      set_text(context, row.change);
    } else if (number == kPath) {
      set_result(context, row.path);
    } else if (number == kOld) {
      set_result(context, row.before);
    } else if (number == kNew) {
      set_result(context, row.after);
    } else if (static_cast<std::size_t>(number - kArbor) < arguments_.size()) {
      set_result(context, arguments_[static_cast<std::size_t>(number - kArbor)]);
    }
  }

 private:
  void next_tree() {
    rows_.clear();
    row_ = 0;
    while (rows_.empty()) {
      if (!changes_->next()) return changes_.reset();
      const auto &before = changes_->before(), &after = changes_->after();
      if (!before || !after) {
        rows_.push_back({before ? "removed" : "added", Value::null(), text_or_null(before),
                         text_or_null(after)});
        continue;
      }
      json::for_each_difference(
          *before, *after, [&](const Path& path, const auto& old, const auto& now) {
            rows_.push_back(
                {"changed", Value::of(path_text(path)), text_or_null(old), text_or_null(now)});
          });
    }
  }

  Session& session_;
  const HostLimits::Hold hold_;
  StorePtr store_;
  std::unique_ptr<store::TreeComparison> changes_;  // null: at the end
  std::vector<DiffRow> rows_;                       // of the tree it is at
  std::size_t row_ = 0;
  std::int64_t number_ = 0;
  std::vector<Value> arguments_;
};

using DiffCallbacks = ReadCallbacks<Diff, DiffCursor>;

int connect_diff(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out,
                 char** message) {
  return guarded(message, [&] {
    const int declared = sqlite3_declare_vtab(
        db,
        "CREATE TABLE x(rowid INTEGER, change TEXT, path TEXT, old TEXT, new TEXT, "
        "arbor HIDDEN, \"from\" HIDDEN, \"to\" HIDDEN)");
    if (declared != SQLITE_OK) throw_invalid(sqlite3_errmsg(db));
    auto diff = std::make_unique<Diff>();
    diff->session = *static_cast<SessionPtr*>(aux);
    *out = diff.release();
    return SQLITE_OK;
  });
}

// Takes the arguments in their order; refuses a plan that has one and cannot give it.
int plan_diff(sqlite3_vtab*, sqlite3_index_info* info) {
  std::array<int, 3> given{-1, -1, -1};
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const int argument = constraint.iColumn - kArbor;
    if (argument < 0 || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    given[static_cast<std::size_t>(argument)] = i;
  }
  int taken = 0;
  for (const int i : given) {
    if (i < 0) break;
    info->aConstraintUsage[i].argvIndex = ++taken;
    info->aConstraintUsage[i].omit = 1;
  }
  info->estimatedCost = 10000;
  info->estimatedRows = 1000;
  return SQLITE_OK;
}

}  // namespace

int register_diff_function(const SessionPtr& session) {
  static const sqlite3_module module =
      DiffCallbacks::module(nullptr, connect_diff, plan_diff, DiffCallbacks::disconnect);
  return register_module(session->db(), "arbor_diff", module, SessionPtr(session));
}

}  // namespace arbors::ext
