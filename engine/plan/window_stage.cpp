// Reads window [by e, …] [order e …] { f [frame] [as n], … }.
#include <array>

#include "engine/plan/aggregate.h"
#include "engine/plan/nearest_name.h"
#include "engine/plan/stage_parsers.h"
#include "engine/plan/stage_reader.h"
#include "engine/plan/window.h"

namespace arbors::plan {
namespace {

using Bound = WindowFrame::Bound;
using Unit = WindowFrame::Unit;

struct UnitWord {
  std::string_view word;
  Unit unit;
};
constexpr std::array<UnitWord, 3> kUnits{
    {{"range", Unit::Range}, {"rows", Unit::Rows}, {"groups", Unit::Groups}}};

Bound read_bound(StageReader& reader, std::uint64_t& rows) {
  expr::Lexer& lexer = reader.lexer();
  if (lexer.accept_keyword("current")) {
    lexer.expect_keyword("row");
    return Bound::CurrentRow;
  }
  const bool unbounded = lexer.accept_keyword("unbounded");
  if (!unbounded) rows = reader.count();
  if (lexer.accept_keyword("preceding"))
    return unbounded ? Bound::UnboundedPreceding : Bound::Preceding;
  lexer.expect_keyword("following");
  return unbounded ? Bound::UnboundedFollowing : Bound::Following;
}

void read_frame(StageReader& reader, WindowFrame& frame) {
  expr::Lexer& lexer = reader.lexer();
  for (const UnitWord& unit : kUnits) {
    const std::size_t begin = lexer.peek().begin;
    if (!lexer.accept_keyword(unit.word)) continue;
    frame.unit = unit.unit;
    const bool between = lexer.accept_keyword("between");
    frame.from = read_bound(reader, frame.from_rows);
    frame.to = Bound::CurrentRow;
    if (between) {
      lexer.expect_keyword("and");
      frame.to = read_bound(reader, frame.to_rows);
    }
    if (const std::string fault = fault_of(frame); !fault.empty()) lexer.fail_at(begin, fault);
    return;
  }
}

WindowCall read_function(StageReader& reader, const WindowInfo& info) {
  WindowCall call;
  call.function = &info;
  const std::size_t begin = reader.lexer().next().begin;
  reader.lexer().expect_symbol("(");
  if (!reader.lexer().at_symbol(")"))
    call.arguments = reader.list([&] { return reader.stored_expression(); });
  reader.lexer().expect_symbol(")");
  if (const std::string fault = fault_of(call); !fault.empty())
    reader.lexer().fail_at(begin, fault);
  return call;
}

WindowCall read_call(StageReader& reader) {
  expr::Lexer& lexer = reader.lexer();
  const expr::Token& word = lexer.peek();
  const WindowInfo* info =
      word.kind == expr::Token::Kind::Name ? find_window_function(word.text) : nullptr;
  WindowCall call;
  const std::size_t begin = word.begin;
  if (info != nullptr) {
    call = read_function(reader, *info);
  } else {
    if (word.kind == expr::Token::Kind::Name && find_aggregate(word.text) == nullptr) {
      std::vector<std::string_view> names;
      for (const WindowInfo& known : window_functions()) names.push_back(known.name);
      for (const AggregateInfo& known : aggregates()) names.push_back(known.name);
      lexer.fail("no such window function: " + word.text + suggestion(word.text, names));
    }
    call.aggregate = reader.aggregate(false);
    if (call.aggregate.distinct)
      lexer.fail_at(begin, "a window function takes no distinct, as in SQLite");
    if (call.aggregate.function->pairs) lexer.fail_at(begin, "this aggregate takes no window");
  }
  read_frame(reader, call.frame);
  call.name = lexer.accept_keyword("as") ? reader.name() : to_text(call);
  return call;
}

}  // namespace

NodePtr window_stage(StageReader& reader, NodePtr input) {
  expr::Lexer& lexer = reader.lexer();
  Window window;
  if (lexer.accept_keyword("by")) window.by = reader.list([&] { return reader.expression(); });
  if (lexer.accept_keyword("order")) {
    if (lexer.at_keyword("by") && !lexer.at_symbol("{", 1) && !lexer.at_symbol(",", 1))
      lexer.next();
    window.order = reader.list([&] { return reader.sort_key(false); });
  }
  lexer.expect_symbol("{");
  const std::size_t begin = lexer.peek().begin;
  window.calls = reader.list([&] { return read_call(reader); });
  lexer.expect_symbol("}");
  std::vector<std::string> names;
  for (const WindowCall& call : window.calls) names.push_back(call.name);
  reader.check_names(names, begin);
  return make(std::move(window), {std::move(input)});
}

}  // namespace arbors::plan
