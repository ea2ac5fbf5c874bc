// Reads stages that make and name fields: select and rename.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/expr/text/keywords.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/stage_parsers.h"
#include "engine/plan/stage_reader.h"

namespace arbors::plan {
namespace {

// Tells whether `*` or `p.*` comes next.
bool at_spread(const expr::Lexer& lexer) {
  std::size_t ahead = 0;
  const auto is_key = [&] {
    const expr::Token::Kind kind = lexer.peek(ahead).kind;
    return kind == expr::Token::Kind::Name || kind == expr::Token::Kind::QuotedName;
  };
  while (is_key() && lexer.at_symbol(".", ahead + 1)) ahead += 2;
  if (!lexer.at_symbol("*", ahead)) return false;
  return lexer.at_symbol(",", ahead + 1) || lexer.at_symbol("|", ahead + 1) ||
         lexer.at_symbol(")", ahead + 1) || lexer.peek(ahead + 1).kind == expr::Token::Kind::End;
}

NamedExpr spread(StageReader& reader) {
  Path path;
  while (!reader.lexer().accept_symbol("*")) {
    path.steps.push_back({PathStep::Kind::Key, reader.name(), 0});
    reader.lexer().expect_symbol(".");
  }
  return {"", expr::path(std::move(path)), false, true};
}

// Tells `select distinct a` from a field of that name.
bool begins_select_distinct(const expr::Lexer& lexer) {
  if (!lexer.at_keyword("distinct")) return false;
  const expr::Token& next = lexer.peek(1);
  using Kind = expr::Token::Kind;
  if (next.kind == Kind::Name) return !lexer.at_keyword("as", 1) && !expr::is_reserved(next.text);
  return next.kind == Kind::QuotedName || next.kind == Kind::Number || next.kind == Kind::Text ||
         next.kind == Kind::Parameter || lexer.at_symbol("(", 1);
}

}  // namespace

NodePtr select_stage(StageReader& reader, NodePtr input) {
  if (begins_select_distinct(reader.lexer()))
    reader.lexer().fail("distinct is a stage of its own here: select e, … | unique_by e, …");
  const std::size_t begin = reader.lexer().peek().begin;
  Project project;
  project.fields =
      reader.list([&] { return at_spread(reader.lexer()) ? spread(reader) : reader.named(); });
  std::vector<std::string> names;
  for (const NamedExpr& field : project.fields)
    if (!field.spread) names.push_back(field.name);
  reader.check_names(names, begin);
  return make(std::move(project), {std::move(input)});
}

NodePtr rename_stage(StageReader& reader, NodePtr input) {
  const std::size_t begin = reader.lexer().peek().begin;
  Rename rename;
  rename.names = reader.list([&] {
    Path from = reader.key_path();
    reader.lexer().expect_keyword("as");
    return Rename::Name{std::move(from), reader.name()};
  });
  std::vector<std::string> names;
  for (const Rename::Name& one : rename.names) {
    Path to = one.from;
    to.steps.back().key = one.to;
    names.push_back(arbors::to_text(to));
    for (const Rename::Name& other : rename.names)
      if (&one != &other && starts_with(one.from, other.from))
        reader.lexer().fail_at(begin, "rename " + arbors::to_text(other.from) + " and " +
                                          arbors::to_text(one.from) + " in two stages");
  }
  reader.check_names(names, begin);
  return make(std::move(rename), {std::move(input)});
}

}  // namespace arbors::plan
