#include "engine/plan/stage_reader.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/text/parser.h"
#include "engine/expr/text/path_parser.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/moment.h"
#include "engine/plan/nearest_name.h"
#include "engine/plan/select/select.h"
#include "engine/plan/stage.h"
#include "engine/plan/stage_synonyms.h"

namespace arbors::plan {
namespace {

using expr::Token;

constexpr unsigned kMaxNesting = 64;      // plans in plans
constexpr std::size_t kMaxStages = 1000;  // walks of a plan recurse
constexpr std::size_t kLongestFieldName = 200;

bool is_name(const Token& token) {
  return token.kind == Token::Kind::Name || token.kind == Token::Kind::QuotedName;
}

// Cuts what is too long for a name, between two characters.
std::string_view shortened(std::string_view text) {
  std::size_t size = std::min(text.size(), kLongestFieldName);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return text.substr(0, size);
}

// Names a field after its expression: a path by its last key, else by the text.
std::string default_name(const expr::Expr& expr) {
  if (const Path* path = bare_path(expr))
    for (auto step = path->steps.rbegin(); step != path->steps.rend(); ++step)
      if (step->kind == PathStep::Kind::Key) return step->key;
  const std::string text = expr::to_text(expr);
  return std::string(shortened(text));
}

}  // namespace

NodePtr StageReader::plan() {
  if (++nesting_ > kMaxNesting) lexer_.fail("plans are nested too deeply");
  NodePtr node = select::begins_select(lexer_)
                     ? select::read_select_inside(lexer_, parameters_, catalog_)
                     : source();
  while (lexer_.accept_symbol("|")) node = stage(std::move(node));
  --nesting_;
  return node;
}

NodePtr StageReader::plan_in_parens() {
  lexer_.expect_symbol("(");
  NodePtr node = plan();
  lexer_.expect_symbol(")");
  return node;
}

NodePtr StageReader::source() {
  if (lexer_.at_symbol("(")) return plan_in_parens();
  if (lexer_.accept_symbol("@")) return handle("@" + std::to_string(count()));
  const Token& token = lexer_.peek();
  if (token.kind == Token::Kind::Text && token.text.starts_with("@"))
    return handle(lexer_.next().text);
  const Token& second = lexer_.peek(1);
  if (lexer_.at_keyword("json") &&
      (second.kind == Token::Kind::Text || second.kind == Token::Kind::Parameter)) {
    lexer_.next();
    return make(Source{Source::Kind::Json, {}, text_or_parameter("json"), {}, {}, {}});
  }
  if (lexer_.at_keyword("file") && lexer_.at_symbol("(", 1)) return files();
  return named_source();
}

// A text as it stands, or a parameter that is one.
std::string StageReader::text_or_parameter(std::string_view taker) {
  if (lexer_.peek().kind == Token::Kind::Text) return lexer_.next().text;
  const std::size_t byte = lexer_.peek().begin;
  const auto value = expression();
  const auto* constant = value->as<expr::Constant>();
  if (constant == nullptr || !Scalar(constant->value).is_text())
    lexer_.fail_at(byte, std::string(taker) + " takes a text");
  return constant->value.text;
}

NodePtr StageReader::files() {
  lexer_.next();
  lexer_.expect_symbol("(");
  Source source{Source::Kind::File, {}, text_or_parameter("file"), {}, {}, {}};
  if (lexer_.accept_symbol(",")) source.options = text_or_parameter("file");
  lexer_.expect_symbol(")");
  return make(std::move(source));
}

NodePtr StageReader::handle(std::string name) {
  return make(Source{Source::Kind::Handle, {}, std::move(name), {}, {}, {}});
}

// Says what a statement that is no SELECT must hear, where a plan begins as one does: with two
// words.
void StageReader::refuse_statement() {
  const Token& word = lexer_.peek();
  if (word.kind != Token::Kind::Name || lexer_.peek(1).kind == Token::Kind::End ||
      lexer_.at_symbol("|", 1) || lexer_.at_symbol(")", 1) || lexer_.at_symbol(".", 1) ||
      lexer_.at_symbol("@", 1))
    return;
  for (const std::string_view statement :
       {"insert", "update", "delete", "replace", "create", "drop", "alter", "with", "pragma",
        "explain", "attach", "begin", "commit", "reindex", "analyze", "vacuum"})
    if (lexer_.at_keyword(statement))
      lexer_.fail("only a plan or a SELECT may stand here, and no other statement: give " +
                  word.text + " to SQLite itself");
  const std::string meant = suggestion(word.text, {"SELECT"});
  if (!meant.empty()) lexer_.fail("expected a plan or a SELECT" + meant);
}

NodePtr StageReader::named_source() {
  refuse_statement();
  if (!is_name(lexer_.peek()))
    lexer_.fail(
        "expected a source: a name, name@generation, a handle, json '[…]', file('…') or (plan)");
  Source source;
  source.name = lexer_.next().text;
  if (lexer_.accept_symbol(".")) {
    source.schema = std::move(source.name);
    source.name = name();
  }
  if (lexer_.accept_symbol("@")) source.when = moment();
  return make(std::move(source));
}

Value StageReader::moment() {
  if (lexer_.peek().kind != Token::Kind::Parameter) return read_moment(lexer_);
  const std::size_t byte = lexer_.peek().begin;
  Value given = parameter();
  if (given.kind != ValueKind::Text && given.kind != ValueKind::Integer)
    lexer_.fail_at(byte, "expected a generation, or the text of a tag or a time");
  return given;
}

NodePtr StageReader::stage(NodePtr input) {
  if (++stages_ > kMaxStages) lexer_.fail("the plan has too many stages");
  if (lexer_.peek().kind != Token::Kind::Name) lexer_.fail("expected a stage after '|'");
  const StageInfo* info = find_stage(lexer_.peek().text);
  if (info == nullptr) {
    const std::string word(shortened(lexer_.peek().text));
    const std::string_view here = said_here(word);
    lexer_.fail("no such stage: " + word +
                (here.empty() ? suggestion(word, stage_names())
                              : " (here it is: " + std::string(here) + ')'));
  }
  lexer_.next();
  const std::string_view outer = lexer_.enter(info->name);
  NodePtr read = info->parse(*this, std::move(input));
  lexer_.enter(outer);
  return read;
}

expr::ExprPtr StageReader::parsed_expression() {
  try {
    return expr::parse_expression(lexer_);
  } catch (const Error&) {
    // An unknown function may be an aggregate: the parser stops behind its name.
    if (lexer_.mark() > 0) lexer_.rewind(lexer_.mark() - 1);
    const Token& word = lexer_.peek();
    if (word.kind == Token::Kind::Name && lexer_.at_symbol("(", 1) &&
        find_aggregate(word.text) != nullptr && expr::find_function(word.text) == nullptr)
      lexer_.fail(word.text + " is an aggregate: it stands in group_by e { … } and in aggregate");
    throw;
  }
}

expr::ExprPtr StageReader::expression(expr::ExprPtr* written) {
  const std::size_t byte = lexer_.peek().begin;
  const expr::ExprPtr parsed = parsed_expression();
  if (written != nullptr) *written = parsed;
  try {
    return bind_parameters(parsed, parameters_);
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
}

expr::ExprPtr StageReader::stored_expression(expr::ExprPtr* written) {
  const std::size_t byte = lexer_.peek().begin;
  expr::ExprPtr stored = expression(written);
  try {
    expr::refuse_blob(*stored);
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
  return stored;
}

Path StageReader::path() { return expr::parse_path(lexer_); }

Path StageReader::key_path() {
  const std::size_t byte = lexer_.peek().begin;
  Path read = path();
  if (read.steps.empty() || read.through_array())
    lexer_.fail_at(byte, "expected the path of a field: keys, without [ ]");
  return read;
}

std::string StageReader::name() {
  if (!is_name(lexer_.peek())) lexer_.fail("expected a name");
  return lexer_.next().text;
}

Value StageReader::parameter() {
  const std::size_t byte = lexer_.peek().begin;
  const std::uint32_t number = lexer_.next().parameter;
  if (number == 0) lexer_.fail_at(byte, "a parameter is written ?1, ?2, …");
  if (number > parameters_.size())
    lexer_.fail_at(byte, "parameter ?" + std::to_string(number) + " is not given");
  return parameters_[number - 1];
}

std::int64_t StageReader::whole_number() {
  const std::size_t byte = lexer_.peek().begin;
  const bool negative = lexer_.accept_symbol("-");
  Value value;
  if (lexer_.peek().kind == Token::Kind::Number) {
    value = lexer_.next().number;
  } else if (lexer_.peek().kind == Token::Kind::Parameter) {
    value = apply_affinity(parameter(), Affinity::Integer);
  }
  if (value.kind != ValueKind::Integer) lexer_.fail_at(byte, "expected a whole number");
  return negative ? -value.integer : value.integer;
}

std::uint64_t StageReader::count() {
  const std::size_t byte = lexer_.peek().begin;
  const std::int64_t number = whole_number();
  if (number < 0) lexer_.fail_at(byte, "expected a whole number, 0 or more");
  return static_cast<std::uint64_t>(number);
}

NamedExpr StageReader::named(bool may_rename) {
  NamedExpr named;
  expr::ExprPtr written;
  named.expr = stored_expression(&written);
  const bool renamed = may_rename && lexer_.accept_keyword("as");
  named.name = renamed ? name() : default_name(*written);
  return named;
}

void StageReader::check_names(const std::vector<std::string>& names, std::size_t byte) {
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    lexer_.fail_at(byte, "two fields are named " + std::string(*twice) + ": rename one with `as`");
}

std::vector<NamedExpr> StageReader::named_list() {
  const std::size_t byte = lexer_.peek().begin;
  std::vector<NamedExpr> fields = list([&] { return named(); });
  std::vector<std::string> names;
  for (const NamedExpr& field : fields) names.push_back(field.name);
  check_names(names, byte);
  return fields;
}

SortKey StageReader::sort_key(bool descending) {
  SortKey key;
  key.expr = expression();
  key.collation = expr::collation(*key.expr, *key.expr);
  if (lexer_.accept_keyword("desc")) {
    descending = true;
  } else if (lexer_.accept_keyword("asc")) {
    descending = false;
  }
  key.descending = descending;
  key.nulls_last = descending;  // NULLs are least
  if (lexer_.at_keyword("nulls") &&
      (lexer_.at_keyword("first", 1) || lexer_.at_keyword("last", 1))) {
    lexer_.next();
    key.nulls_last = lexer_.at_keyword("last");
    lexer_.next();
  }
  return key;
}

const AggregateInfo* StageReader::aggregate_function() {
  if (lexer_.peek().kind != Token::Kind::Name || !lexer_.at_symbol("(", 1))
    lexer_.fail("expected an aggregate: count(), sum(e), …");
  const Token word = lexer_.next();
  if (const AggregateInfo* const function = find_aggregate(word.text)) return function;
  std::vector<std::string_view> names;
  for (const AggregateInfo& info : aggregates()) names.push_back(info.name);
  lexer_.fail_at(word.begin, "no such aggregate: " + word.text + suggestion(word.text, names));
}

void StageReader::aggregate_arguments(AggregateCall& call, AggregateCall& written,
                                      std::size_t byte) {
  lexer_.expect_symbol("(");
  std::vector<expr::ExprPtr> args, written_args;
  call.distinct = lexer_.at_keyword("distinct") && !lexer_.at_symbol(")", 1) &&
                  !lexer_.at_symbol(",", 1) && lexer_.accept_keyword("distinct");
  if (call.function->kind == AggregateKind::Count && lexer_.at_symbol("*")) lexer_.next();
  std::size_t last = 0;
  if (!lexer_.at_symbol(")"))
    args = list([&] {
      last = lexer_.peek().begin;
      return stored_expression(&written_args.emplace_back());
    });
  lexer_.expect_symbol(")");
  if (args.size() < call.function->least_args || args.size() > call.function->most_args ||
      (call.distinct && args.empty()))
    lexer_.fail_at(byte, "wrong number of arguments: " + std::string(call.function->syntax));
  written.distinct = call.distinct;
  if (!args.empty()) {
    call.argument = args[0];
    written.argument = written_args[0];
  }
  if (args.size() > 1) {
    call.second = args[1];
    written.second = written_args[1];
    check_share(call, last);
  }
}

void StageReader::aggregate_filter(AggregateCall& call, AggregateCall& written) {
  if (!lexer_.at_keyword("filter") || !lexer_.at_symbol("(", 1)) return;
  lexer_.next();
  lexer_.next();
  lexer_.expect_keyword("where");
  call.filter = expression(&written.filter);
  lexer_.expect_symbol(")");
}

AggregateCall StageReader::aggregate(bool named) {
  const std::size_t byte = lexer_.peek().begin;
  AggregateCall call;
  call.function = aggregate_function();
  AggregateCall written{call.function, {}, {}, {}, false, {}};  // parameters as they stand
  aggregate_arguments(call, written, byte);
  aggregate_filter(call, written);
  if (!named) return call;
  call.name = lexer_.accept_keyword("as")    ? name()
              : call.argument || call.filter ? std::string(shortened(to_text(written)))
                                             : std::string(call.function->name);
  return call;
}

void StageReader::check_share(const AggregateCall& call, std::size_t byte) {
  try {
    check_second(call);
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
}

std::vector<AggregateCall> StageReader::aggregate_list() {
  const std::size_t byte = lexer_.peek().begin;
  std::vector<AggregateCall> calls = list([&] { return aggregate(); });
  std::vector<std::string> names;
  for (const AggregateCall& call : calls) names.push_back(call.name);
  check_names(names, byte);
  return calls;
}

}  // namespace arbors::plan
