#include "ext/scan/match.h"

#include <memory>

#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/text/parser.h"
#include "engine/json/input/normalizer.h"
#include "ext/host/guard.h"
#include "ext/host/sql_value.h"
#include "ext/scan/cursor.h"
#include "ext/session/declaration.h"
#include "ext/table/authorization.h"

namespace arbors::ext {
namespace {

// The expression in the first argument, parsed and allowed once a statement where it is constant.
const expr::ExprPtr& expression_of(sqlite3_context* context, sqlite3_value* argument,
                                   const ArborTable& table) {
  auto* known = static_cast<expr::ExprPtr*>(sqlite3_get_auxdata(context, 0));
  if (known != nullptr) return *known;
  auto parsed =
      std::make_unique<expr::ExprPtr>(parse_match(text_argument(argument, "MATCH's expression")));
  authorize(table, **parsed);
  sqlite3_set_auxdata(context, 0, parsed.release(),
                      [](void* owned) { delete static_cast<expr::ExprPtr*>(owned); });
  known = static_cast<expr::ExprPtr*>(sqlite3_get_auxdata(context, 0));
  if (known == nullptr) throw std::bad_alloc();
  return *known;
}

// The tree that a column handed out. Another column's value is told by its being no JSON; where one
// has the table's own name, by its having been handed out last.
std::string tree_of(sqlite3_value* value, const ArborTable& table) {
  if (sqlite3_value_type(value) != SQLITE_TEXT || table.own_column_read) table.refuse_match();
  std::string text = to_value(value).text;
  if (sqlite3_value_subtype(value) == kJsonSubtype) return text;
  try {
    return json::normalize(text);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Invalid) throw;
    table.refuse_match();
  }
}

}  // namespace

expr::ExprPtr parse_match(std::string_view expression) {
  return expr::and_all({expr::parse_expression(expression), expr::boolean(true)});
}

Value match_tree(const expr::ExprPtr& match, std::string tree) {
  batch::VectorBuilder row(1);
  row.append_value(Value::json(std::move(tree)));
  const batch::Scope scope(row.finish());
  const batch::VectorPtr truth = expr::evaluate(*match, {scope}, expr::Selection::all(1));
  return batch::value_at(*truth, 0);
}

void match_function(sqlite3_context* context, int, sqlite3_value** argv) {
  guarded(context, [&] {
    const ArborTable& table = *static_cast<ArborTable*>(sqlite3_user_data(context));
    const HostLimits::Watch watch(table.session->limits());
    auto* cursor = static_cast<ArborCursor*>(sqlite3_value_pointer(argv[1], kCursorPointer));
    // The row that an outer join makes up.
    if (cursor == nullptr && sqlite3_value_type(argv[1]) == SQLITE_NULL)
      return sqlite3_result_null(context);
    if (cursor != nullptr && cursor->matches(text_argument(argv[0], "MATCH's expression")))
      return sqlite3_result_int(context, 1);
    std::string tree = cursor != nullptr ? cursor->tree() : tree_of(argv[1], table);
    set_result(context, match_tree(expression_of(context, argv[0], table), std::move(tree)));
  });
}

}  // namespace arbors::ext
