#include <memory>
#include <optional>

#include "engine/exec/export/arrow_rows.h"
#include "engine/exec/export/arrow_writer.h"
#include "engine/exec/export/export.h"
#include "ext/host/handed_text.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_arguments.h"
#include "ext/plans/plan_session.h"
#include "ext/plans/plan_tables.h"
#include "ext/session/read_callbacks.h"

namespace arbors::ext {
namespace {

enum ArrowColumn { kMessageIndex, kMessage, kArrowPlan };

struct Arrow : sqlite3_vtab {
  SessionPtr session;
};

// Goes through the messages of a stream: the schema, record batches, the end mark.
class ArrowCursor : public sqlite3_vtab_cursor {
 public:
  explicit ArrowCursor(const Arrow& arrow)
      : sqlite3_vtab_cursor{}, session_(*arrow.session), hold_(session_.limits().hold()) {}

  void filter(const char* words, std::span<sqlite3_value*> arguments) {
    options_ = {};
    if (words != nullptr) {
      options_ = exec::parse_arrow_options(text_argument(arguments.back(), "the options"));
      arguments = arguments.first(arguments.size() - 1);
    }
    if (arguments.empty())
      throw_invalid("arbor_arrow needs a plan: arbor_arrow('players | head 5')");
    arguments_.clear();
    for (sqlite3_value* argument : arguments) arguments_.push_back(to_value(argument));
    const exec::Query query = session_.plans().query(text_argument(arguments[0], "the plan"),
                                                     to_parameters(arguments.subspan(1)));
    rows_ = std::make_unique<exec::ArrowRows>(
        exec::run_plan(*query.plan, query.bind, query.context), query.context);
    table_.reset();
    at_ = Message::Schema;
    index_ = 0;
  }

  void next() {
    ++index_;
    if (at_ == Message::End) {
      at_ = Message::None;
      rows_.reset();
      return;
    }
    const HostLimits::Watch watch(session_.limits());
    table_ = rows_->next();
    at_ = table_ ? Message::Batch : Message::End;
  }

  bool at_end() const { return at_ == Message::None; }
  std::int64_t rowid() const { return index_ + 1; }

  void column(sqlite3_context* context, int number) {
    if (number == kMessageIndex) {
      sqlite3_result_int64(context, index_);
    } else if (number == kMessage) {
      append_message(message_.begin());
      message_.set_blob_result(context);
    } else if (static_cast<std::size_t>(number - kArrowPlan) < arguments_.size()) {
      set_result(context, arguments_[static_cast<std::size_t>(number - kArrowPlan)]);
    }
  }

 private:
  enum class Message : std::uint8_t { Schema, Batch, End, None };

  void append_message(std::string& out) const {
    if (at_ == Message::Schema)
      exec::append_schema(rows_->columns(), options_, out);
    else if (at_ == Message::Batch)
      exec::append_record_batch(rows_->columns(), *table_, out);
    else
      exec::append_end(out);
  }

  Session& session_;
  const HostLimits::Hold hold_;
  exec::ArrowOptions options_;
  std::vector<Value> arguments_;  // the plan, then its parameters
  std::unique_ptr<exec::ArrowRows> rows_;
  Message at_ = Message::None;
  std::optional<exec::ArrowTable> table_;  // of a Batch
  HandedText message_;
  std::int64_t index_ = 0;
};

using ArrowReading = ReadCallbacks<Arrow, ArrowCursor>;

int connect_arrow(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out,
                  char** message) {
  return guarded(message, [&] {
    const std::string sql =
        "CREATE TABLE x(idx INTEGER, message BLOB, " + plan_argument_columns(true) + ')';
    if (sqlite3_declare_vtab(db, sql.c_str()) != SQLITE_OK) throw_invalid(sqlite3_errmsg(db));
    auto arrow = std::make_unique<Arrow>();
    arrow->session = *static_cast<SessionPtr*>(aux);
    *out = arrow.release();
    return SQLITE_OK;
  });
}

int best_arrow_index(sqlite3_vtab*, sqlite3_index_info* info) {
  const int taken = take_plan_arguments(info, kArrowPlan);
  if (taken != SQLITE_OK) return taken;
  if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == kMessageIndex &&
      info->aOrderBy[0].desc == 0)
    info->orderByConsumed = 1;
  info->estimatedCost = 10000;
  info->estimatedRows = 100;
  return SQLITE_OK;
}

}  // namespace

int register_arrow_function(const SessionPtr& session) {
  static const sqlite3_module module =
      ArrowReading::module(nullptr, connect_arrow, best_arrow_index, ArrowReading::disconnect);
  return register_module(session->db(), "arbor_arrow", module, session);
}

}  // namespace arbors::ext
