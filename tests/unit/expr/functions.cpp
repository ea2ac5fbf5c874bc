// Functions that SQLite does not have, over batches: lists, times, JSON, regular expressions.
#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/deduce/prune.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/search/regex.h"
#include "engine/expr/text/parser.h"
#include "tests/unit/catch.h"

namespace arbors::expr {
namespace {

batch::BatchReaderPtr batch_of(std::vector<std::string_view> documents) {
  auto paths = std::make_shared<PathDictionary>();
  auto built = std::make_shared<batch::BuiltBatch>(batch::build_batch(documents, *paths));
  return std::make_shared<batch::MemoryBatch>(built, paths);
}

// The expression's value in the one tree, as text.
std::string value(const std::string& expression, std::string_view tree = "{}") {
  const auto reader = batch_of({tree});
  const batch::Scope scope(*reader);
  const auto found = evaluate(*parse_expression(expression), {scope}, Selection::all(1));
  const Value value = batch::value_at(*found, 0);
  if (value.is_null()) return "NULL";
  std::string text;
  append_text(text, Scalar(value));
  return text;
}

}  // namespace

TEST_CASE("list functions look at the elements of a tree's arrays", "[expr]") {
  constexpr std::string_view kTree =
      R"({"l":[3,1,null,3,"x"],"n":[1,2.5],"b":[{"HR":61,"y":1998},{"HR":70,"y":2001}],"s":5})";
  CHECK(value("list_len(l)", kTree) == "5");
  CHECK(value("list_len(s)", kTree) == "NULL");
  CHECK(value("list_len(gone)", kTree) == "NULL");
  CHECK(value("list_sum(n)", kTree) == "3.5");
  CHECK(value("list_avg(b[*].HR)", kTree) == "65.5");
  CHECK(value("list_min(l)", kTree) == "1");
  CHECK(value("list_max(l)", kTree) == "x");
  CHECK(value("list_first(l) + list_last(n)", kTree) == "5.5");
  CHECK(value("list_contains(l, 3)", kTree) == "1");
  CHECK(value("list_contains(l, 4)", kTree) == "NULL");
  CHECK(value("list_sort(l)", kTree) == R"([null,1,3,3,"x"])");
  CHECK(value("list_unique(l)", kTree) == R"([3,1,null,"x"])");
  CHECK(value("list_join(l, '-')", kTree) == "3-1-3-x");
  CHECK(value("list_any(b, HR > 65)", kTree) == "1");
  CHECK(value("list_all(b, HR > 65)", kTree) == "0");
  CHECK(value("list_count(l, it = 3)", kTree) == "2");
  CHECK(value("list_filter(b, y < 2000)", kTree) == R"([{"HR":61,"y":1998}])");
  CHECK(value("list_map(b, HR * 2)", kTree) == "[122,140]");
  CHECK(value("list_map(list_filter(b, HR > 65), y)", kTree) == "[2001]");
  CHECK(value("list_len(split('a,b,,c', ','))") == "4");
}

TEST_CASE("objects and arrays are made of values as they are in the tree", "[expr]") {
  constexpr std::string_view kTree =
      R"({"t":true,"o":{"k":[1]},"big":123456789012345678901234567890})";
  CHECK(value("object('t', t, 'o', o, 'big', big, 'n', NULL)", kTree) ==
        R"({"t":true,"o":{"k":[1]},"big":123456789012345678901234567890,"n":null})");
  CHECK(value("array(1, 1.0, 'a\"b', true, t = 1)", kTree) == R"([1,1.0,"a\"b",true,true])");
  CHECK(value("list_sum(json(' [1, 2] '))") == "3");
  CHECK_THROWS_AS(value("json('[1')"), Error);
}

TEST_CASE("a path that is null is there, one that is missing is not", "[expr]") {
  constexpr std::string_view kTree = R"({"a":null,"o":{"k":1}})";
  CHECK(value("exists(a)", kTree) == "1");
  CHECK(value("exists(b)", kTree) == "0");
  CHECK(value("exists(o) and typeof(o) = 'text'", kTree) == "1");
}

TEST_CASE("what chooses among arguments hands on whether one is null or not there", "[expr]") {
  const auto reader = batch_of({R"({"n":null,"s":"x"})", R"({"s":"y"})", R"({"n":null})", "{}"});
  const batch::Scope scope(*reader);
  const auto kinds = [&](const std::string& expression) {
    const Selection some = Selection::list({0, 1, 3});
    const auto all = evaluate(*parse_expression(expression), {scope}, Selection::all(4));
    const auto picked = evaluate(*parse_expression(expression), {scope}, some);
    std::string text;
    for (std::size_t row = 0; row < 4; ++row) {
      const batch::Tag tag = all->tag(row);
      if (row != 2) CHECK(picked->tag(row - row / 3) == tag);
      text += tag == batch::Tag::Missing ? '-' : tag == batch::Tag::Null ? '0' : 'v';
    }
    return text;
  };
  CHECK(kinds("n") == "0-0-");
  CHECK(kinds("coalesce(n, null)") == "0000");
  CHECK(kinds("coalesce(null, n)") == "0-0-");
  CHECK(kinds("ifnull(n, null)") == "0000");
  CHECK(kinds("coalesce(s, null)") == "vv00");
  CHECK(kinds("coalesce(s, gone)") == "vv--");
  CHECK(kinds("coalesce(s, n)") == "vv0-");
  CHECK(kinds("coalesce(gone, n, null)") == "0000");
  CHECK(kinds("coalesce(null, null, gone)") == "----");
  CHECK(kinds("iif(1, gone, 2)") == "----");
  CHECK(kinds("iif(0, 1)") == "0000");
  CHECK(kinds("nullif(n, 1)") == "0-0-");
  CHECK(kinds("coalesce(CASE WHEN 0 THEN 1 END, CASE WHEN 0 THEN 1 END)") == "----");
  CHECK(kinds("likely(CASE WHEN 1 THEN null END)") == "0000");
}

TEST_CASE("parts of a time are told from texts and numbers", "[expr]") {
  CHECK(value("year('1998-09-08')") == "1998");
  CHECK(value("hour('2026-01-31T23:30:05.5+02:00') * 100 + minute('2026-01-31 23:31')") == "2131");
  CHECK(value("day('2024-03-01T00:30:00+01:00')") == "29");
  CHECK(value("month(1732206349)") == "11");
  CHECK(value("hour(1732206349000167)") == "16");
  CHECK(value("year(-1)") == "1969");
  CHECK(value("second('yesterday')") == "NULL");
}

TEST_CASE("a width or a precision may be great, but not absurd", "[expr]") {
  CHECK(value("length(printf('%,.1000000d', 5))") == "1333333");
  CHECK(value("length(printf('%.1000000f', 0.1))") == "1000002");
}

TEST_CASE("regular expressions match somewhere, in time that does not explode", "[expr]") {
  const auto matches = [](std::string_view pattern, std::string_view text) {
    return Regex(pattern).found_in(text);
  };
  CHECK(matches("b+c", "abbbc"));
  CHECK_FALSE(matches("^b+c", "abbbc"));
  CHECK(matches("^(ab|a)(bc|c)?$", "abc"));
  CHECK(matches("(cat|dog|bird)s?$", "two dogs"));
  CHECK(matches("^a{2,3}$", "aaa"));
  CHECK_FALSE(matches("^a{2,3}$", "aaaa"));
  CHECK(matches("^(a|bc){2}$", "abc"));
  CHECK(matches("\\bfoo\\b", "a foo!"));
  CHECK_FALSE(matches("\\bfoo\\b", "afoo"));
  CHECK(matches("[^a-c\\d]", "abc1é"));
  CHECK(matches("(?i)HELLO", "say hello"));
  CHECK(matches("^.$", "é"));
  CHECK(matches("", ""));
  CHECK_FALSE(matches("(a*)*b", std::string(20'000, 'a')));
  for (const char* wrong : {"(", ")", "[a", "*a", "a{3,2}", "\\", "\\q", "(?=a)", "a{5000}"}) {
    CHECK_THROWS_AS(Regex(wrong), Error);
  }
}

TEST_CASE("a constant pattern that is wrong is refused before anything is run", "[expr]") {
  CHECK_THROWS_AS(parse_expression("regexp_like(a, '(')"), Error);
  CHECK_THROWS_AS(parse_expression("regexp_like(a, '[[:alpha:]]')"), Error);
  CHECK_NOTHROW(parse_expression("regexp_like('(', a)"));
  const ExprPtr of_path = parse_expression("regexp_like(a, b)");
  CHECK_THROWS_AS(with_args(*of_path, {of_path->args[0], constant(Value::of(std::string("[")))}),
                  Error);
}

TEST_CASE("replace() says how long a text it would make, before it makes it", "[expr]") {
  const std::string ten = "replace('0123456789', '5', '5555555555')";
  CHECK(value(ten) == "0123455555555556789");
  std::string text = "'x'";
  const std::string many(2000, 'x');
  for (int level = 0; level < 3; ++level) text = "replace(" + text + ", 'x', '" + many + "')";
  CHECK_THROWS_WITH(value(text), StartsWith("replace() would make a text of 8000000000 bytes"));
}

TEST_CASE("pruning looks into lists, and not past opaque ancestors", "[expr]") {
  const auto reader = batch_of({R"({"b":[{"HR":10},{"HR":20}],"n":5,"s":"mm"})", R"({"n":9})"});
  const auto verdict = [&](const std::string& text) {
    return prune(*parse_expression(text), *reader);
  };
  CHECK(verdict("list_any(b, HR > 60)") == Verdict::Never);
  CHECK(verdict("list_any(b, HR > 15)") == Verdict::Perhaps);
  CHECK(verdict("n BETWEEN 1 AND 9") == Verdict::Always);
  CHECK(verdict("n > 9 OR s = 'zz'") == Verdict::Never);
  CHECK(verdict("nowhere = 1") == Verdict::Never);
  CHECK(verdict("nowhere IS NULL") == Verdict::Always);
  CHECK(verdict("s LIKE 'A%'") == Verdict::Never);
  CHECK(verdict("s LIKE 'M%'") == Verdict::Perhaps);

  auto paths = std::make_shared<PathDictionary>();
  batch::BuilderLimits limits;
  limits.max_depth = 1;
  const std::vector<std::string_view> documents{R"({"o":{"x":1}})"};
  auto built = std::make_shared<batch::BuiltBatch>(batch::build_batch(documents, *paths, limits));
  batch::MemoryBatch opaque(built, paths);
  CHECK(prune(*parse_expression("o.x = 1"), opaque) == Verdict::Perhaps);
}

TEST_CASE("branches of a CASE may lie in vectors with room for kinds that no row has", "[expr]") {
  batch::Vector vector;
  vector.rows = 2;
  vector.uniform = batch::Tag::Real;
  vector.kinds = batch::tag_bit(batch::Tag::Real);
  vector.reals = {2.5, 2.5};
  vector.integers = {0, 0};
  const auto reals = std::make_shared<const batch::Vector>(vector);
  const batch::Scope scope(reals);
  const auto found = evaluate(*parse_expression("CASE WHEN it > 2 THEN it ELSE 0.5 END"), {scope},
                              Selection::all(2));
  CHECK(batch::value_at(*found, 1).real == 2.5);
}

}  // namespace arbors::expr
