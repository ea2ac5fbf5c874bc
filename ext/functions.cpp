#include "ext/functions.h"

#include <memory>

#include "engine/base/workers.h"
#include "ext/call_scope.h"
#include "ext/file_access.h"
#include "ext/guard.h"
#include "ext/statements.h"

namespace arbors::ext {
namespace {

// SQLITE_RESULT_SUBTYPE, which SQLite asks of functions that mark JSON since 3.45 and which older
// ones ignore; their header lacks the name.
constexpr int kMarksResults = 0x1000000;

struct Aux {
  SessionPtr session;
  const ScalarFunction* function;
};

void call(sqlite3_context* context, int argc, sqlite3_value** argv) {
  const Aux& aux = *static_cast<Aux*>(sqlite3_user_data(context));
  guarded(context, [&] {
    ready_for_exceptions();
    const InsertRowidKept kept(aux.session->db());
    const HostLimits::Watch watch(aux.session->limits());
    const CallArguments arguments{*aux.session, context, {argv, static_cast<std::size_t>(argc)}};
    if (aux.function->moves_files) {
      require_files(*aux.session, aux.function->name);
      require_writing(*aux.session, aux.function->name);
    }
    CallScope scope(*aux.session, aux.function->access, arguments.values);
    aux.function->call(arguments);
    scope.done();
    aux.session->limits().hold_for_statement(context);
  });
}

void drop_aux(void* aux) { delete static_cast<Aux*>(aux); }

}  // namespace

int register_functions(const SessionPtr& session, std::span<const ScalarFunction> functions) {
  for (const ScalarFunction& function : functions) {
    for (int arity = function.least_arguments; arity <= function.most_arguments; ++arity) {
      auto aux = std::make_unique<Aux>(Aux{session, &function});
      const int result =
          sqlite3_create_function_v2(session->db(), function.name, arity,
                                     SQLITE_UTF8 | kMarksResults | static_cast<int>(function.marks),
                                     aux.release(), call, nullptr, nullptr, drop_aux);
      if (result != SQLITE_OK) return result;
    }
  }
  return SQLITE_OK;
}

}  // namespace arbors::ext
