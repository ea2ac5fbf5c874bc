#include "ext/functions/functions.h"

#include <memory>

#include "engine/base/error.h"
#include "engine/base/workers.h"
#include "ext/functions/call_scope.h"
#include "ext/host/guard.h"
#include "ext/host/statements.h"
#include "ext/session/file_access.h"

namespace arbors::ext {
namespace {

// SQLITE_RESULT_SUBTYPE, which SQLite asks of functions that mark JSON since 3.45 and which older
// ones ignore; their header lacks the name.
constexpr int kMarksResults = 0x1000000;

// Beyond so many arities a function is registered for any, and counts its arguments itself: SQLite
// is slow to list, and to register, hundreds of functions of one name.
constexpr int kMostArities = 8;

struct Aux {
  SessionPtr session;
  const ScalarFunction* function;
};

void check_arity(const ScalarFunction& function, int arguments) {
  if (arguments < function.least_arguments || arguments > function.most_arguments)
    throw_invalid("wrong number of arguments to function " + std::string(function.name) + "()");
}

void call(sqlite3_context* context, int argc, sqlite3_value** argv) {
  const Aux& aux = *static_cast<Aux*>(sqlite3_user_data(context));
  guarded(context, [&] {
    ready_for_exceptions();
    check_arity(*aux.function, argc);
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
    const bool any = function.most_arguments - function.least_arguments > kMostArities;
    const int first = any ? -1 : function.least_arguments;
    const int last = any ? -1 : function.most_arguments;
    for (int arity = first; arity <= last; ++arity) {
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
