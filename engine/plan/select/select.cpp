#include "engine/plan/select/select.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/select/host_text.h"
#include "engine/plan/select/lowering.h"
#include "engine/plan/select/query_reader.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {
namespace {

constexpr std::string_view kNotHere = "not understood here";

// A result column is there in every tree, null where there is no value.
NodePtr with_nulls(const Lowered& lowered) {
  if (lowered.whole_trees) return lowered.plan;
  if (const auto* top = std::get_if<Project>(&lowered.plan->op)) {
    Project project = *top;
    for (NamedExpr& field : project.fields) field.shows_null = true;
    return make(std::move(project), lowered.plan->inputs);
  }
  Project project;
  for (const OutColumn& column : lowered.columns) {
    NamedExpr& shown = project.fields.emplace_back();
    shown.name = column.name;
    shown.expr = expr::path(field(column.name));
    shown.shows_null = true;
  }
  return make(std::move(project), {lowered.plan});
}

NodePtr lowered(const Statement& statement, const Catalog& catalog, const expr::Lexer& lexer) {
  Lowering lowering(statement, catalog, lexer);
  lowering.check_collation(Collation::Binary, statement.query->begin);
  NodePtr plan = with_nulls(lowering.query(*statement.query, nullptr, nullptr));
  lowering.check_calls();
  return plan;
}

// Tells whether the host would run what is refused. It takes a double-quoted name that is nowhere
// for a text, which nobody means.
bool host_runs(const std::string& message, const Catalog& catalog, const expr::Lexer& lexer,
               std::size_t begin) {
  if (message.find(kNotHere) != std::string::npos) return true;
  return message.find("no such column") == std::string::npos &&
         catalog.host_runs(statement_at(lexer, begin));
}

// Tells errors of the statement from those of its surroundings: an interrupt, a damaged file.
bool is_of_the_text(ErrorCode code) {
  return code == ErrorCode::Invalid || code == ErrorCode::NotFound || code == ErrorCode::Limit;
}

// Reads from tokens of SQL; `alone`: up to the end of the text. What is refused has a place.
NodePtr read(expr::Lexer& lexer, std::span<const Value> parameters, const Catalog* catalog,
             bool alone) {
  if (catalog == nullptr) lexer.fail("a SELECT cannot stand here");
  const std::size_t begin = lexer.peek().begin;
  try {
    Statement statement;
    statement.query = QueryReader(lexer, parameters, statement).query();
    while (alone && lexer.accept_symbol(";")) {
    }
    if (alone && !lexer.at_end())
      lexer.fail("expected a clause of SELECT or the end (stages follow a SELECT in parentheses)");
    return lowered(statement, *catalog, lexer);
  } catch (const Error& error) {
    if (!is_of_the_text(error.code())) throw;
    std::string message = placed(lexer, begin, error.what());
    if (message.find(kHint) == std::string::npos && host_runs(message, *catalog, lexer, begin))
      message += kHint;
    throw Error(error.code(), message);
  }
}

expr::Lexer tokens_of(std::string_view text, const Catalog* catalog) {
  try {
    return expr::Lexer(text, expr::Dialect::Sql);
  } catch (const Error& error) {
    if (catalog == nullptr || !catalog->host_runs(text)) throw;
    throw Error(error.code(), std::string(error.what()).append(kHint));
  }
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The text behind blanks and comments at its beginning.
std::string_view without_blanks(std::string_view text) {
  for (;;) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    const bool line = text.starts_with("--");
    if (!line && !text.starts_with("/*")) return text;
    const std::size_t end = text.find(line ? "\n" : "*/", 2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + (line ? 1 : 2));
  }
}

}  // namespace

// Cuts no more than the first word, and asks the tokens where that may begin a SELECT.
std::optional<expr::Lexer> select_tokens(std::string_view text, const Catalog* catalog) {
  const std::string_view begin = without_blanks(text);
  const bool may_be = std::ranges::any_of(
      std::array<std::string_view, 3>{"select", "values", "with"}, [&](std::string_view word) {
        return begin.size() > word.size() && same_name(begin.substr(0, word.size()), word);
      });
  if (!may_be) return std::nullopt;
  expr::Lexer lexer = tokens_of(text, catalog);
  if (!begins_select(lexer)) return std::nullopt;
  return lexer;
}

bool is_select(std::string_view text) { return select_tokens(text, nullptr).has_value(); }

bool begins_select(const expr::Lexer& lexer) { return QueryReader::begins_query(lexer); }

NodePtr read_select(expr::Lexer& lexer, std::span<const Value> parameters, const Catalog* catalog) {
  return read(lexer, parameters, catalog, true);
}

NodePtr read_select_inside(expr::Lexer& lexer, std::span<const Value> parameters,
                           const Catalog* catalog) {
  const std::string_view outer = lexer.enter({});
  expr::Lexer sql(lexer.source(), expr::Dialect::Sql, lexer.peek().begin);
  NodePtr plan = read(sql, parameters, catalog, false);
  lexer.skip_to(sql.peek().begin);
  lexer.enter(outer);
  return plan;
}

}  // namespace arbors::plan::select
