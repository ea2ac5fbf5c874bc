// Functions that have many forms, compared with SQLite's over rows made for them.
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/text/parser.h"
#include "engine/json/values/writer.h"
#include "tests/unit/expr/sqlite_reference.h"

namespace arbors::expr {
namespace {

Cell cell_of(const std::string& text) {
  std::string json;
  json::write_string(json, text);
  return {json, Value::of(text)};
}

// The values of `s` in rows of their own, those of `i` beside.
std::vector<Row> rows_of(const std::vector<std::string>& texts,
                         const std::vector<std::int64_t>& numbers) {
  std::vector<Row> rows;
  const Cell none{"null", Value::null()};
  for (const std::string& text : texts) rows.push_back({none, none, none, none, cell_of(text)});
  for (const std::int64_t number : numbers) {
    const double half = static_cast<double>(number) / 2;
    std::string json;
    json::write_real(json, half);
    rows.push_back({none, none, Cell{std::to_string(number), Value::of(number)},
                    Cell{json, Value::of(half)}, none});
  }
  rows.push_back({none, none, none, none, none});
  return rows;
}

void compare_all(const std::vector<Row>& rows, const std::vector<std::string>& expressions) {
  Reference reference(rows);
  std::vector<std::string> documents;
  for (const Row& row : rows) documents.push_back(document(row));
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  const auto paths = std::make_shared<PathDictionary>();
  batch::MemoryBatch reader(std::make_shared<batch::BuiltBatch>(batch::build_batch(views, *paths)),
                            paths);
  const batch::Scope scope(reader);
  for (const std::string& text : expressions) {
    INFO(text);
    const auto expected = reference.values(text);
    const batch::VectorPtr found =
        evaluate(*parse_expression(text), {scope}, Selection::all(scope.size()));
    REQUIRE(expected.has_value());
    for (std::uint32_t row = 0; row < scope.size(); ++row) {
      INFO("row " << row << ": " << document(rows[row]));
      REQUIRE(show(batch::value_at(*found, row)) == show((*expected)[row]));
    }
  }
}

}  // namespace

TEST_CASE("what is computed once for many rows is what each row gives", "[expr]") {
  std::vector<std::string> texts;
  std::vector<std::int64_t> numbers;
  for (int i = 0; i < 300; ++i) {
    texts.emplace_back(std::vector<std::string>{"app.b", "Äpfel", "", "x'y", "app.c"}[i * 7 % 5]);
    numbers.push_back(i % 3 == 0 ? 1'700'000'000 + i / 9 : i % 11 - 5);
  }
  const std::vector<std::string> expressions{
      "s || ':' || s",
      "'k' || s || 1",
      "i || '/' || r",
      "s || i",
      "s || NULL",
      "CASE s WHEN 'app.b' THEN 1 WHEN '' THEN 'none' END",
      "CASE s WHEN 'app.b' THEN i WHEN NULL THEN 2 ELSE r END",
      "CASE WHEN i > 0 THEN i WHEN r < 0 THEN r END",
      "CASE WHEN i > 0 THEN i WHEN r < 0 THEN 0.5 ELSE NULL END",
      "CASE WHEN s = 'app.b' THEN s WHEN i < 0 THEN i ELSE 'other' END",
      "CASE WHEN i > 0 THEN 1 WHEN i < -2 THEN 2.5 WHEN s < 'b' THEN 'x' ELSE NULL END",
      "iif(i > 0, 'above', 'below')",
      "iif(i > 0, i, r)",
      "lower(s) LIKE 'ÄPF%'",
      "upper(s) LIKE '%P.B'",
      "lower(i) LIKE '17%'",
      "s = s || ''",
      "s < substr(s, 1, 3) || 'z'",
      "s > 'app.b'",
      "s BETWEEN 'app.b' AND 'app.bz'",
      "substr(s, 1, 2)",
      "substr(s, 2, 3)",
      "substr(s, -2, 1)",
      "upper(s)",
      "length(s)",
      "instr(s, 'p.')",
      "typeof(s)",
      "typeof(i)",
      "round(r)",
      "round(i / 4.0, 1)",
      "CAST(s AS INTEGER)",
      "CAST(i AS TEXT)",
      "strftime('%H:%M', i, 'unixepoch')",
      "strftime('%Y-%W', i * 5, 'auto')",
      "datetime(i, 'unixepoch', '+1 day')",
      "unixepoch(r, 'unixepoch')"};
  compare_all(rows_of(texts, numbers), expressions);
  compare_all(rows_of(texts, {}), expressions);
  compare_all(rows_of({}, numbers), expressions);
}

TEST_CASE("dates and times are those of SQLite", "[expr]") {
  const std::vector<Row> rows = rows_of(
      {"2020-01-31", "2020-02-29 23:59:59.999", "1969-12-31T12:00:00Z", "2020-06-15 10:00:00+05:30",
       "12:34", "9999-12-31", "0000-01-01", "2459000.5", "1500000000", "2020-1-1", "",
       " 2020-01-01", "2020-01-01 ", "2020-12-31 00:00:00", "2021-01-03",
       "2020-01-01T01:02:03 +01:00", "nonsense"},
      {0, -1, 2459000, 5373484, 1500000000, 20000000000, -62135596800, INT64_MAX, INT64_MIN});
  const std::vector<std::string> modifiers{"",
                                           "'+1 day'",
                                           "'-1 month'",
                                           "'+1.5 months'",
                                           "'+1 year'",
                                           "'-13 years'",
                                           "'start of month'",
                                           "'start of year'",
                                           "'start of day'",
                                           "'weekday 0'",
                                           "'weekday 3'",
                                           "'weekday 7'",
                                           "'unixepoch'",
                                           "'julianday'",
                                           "'auto'",
                                           "'+01:30'",
                                           "'-01:30:15'",
                                           "'01:00'",
                                           "'+2.5 hours'",
                                           "'-90 minutes'",
                                           "'1 second'",
                                           "'+0.001 days'",
                                           "'nonsense'",
                                           "null",
                                           "' +1 day'",
                                           "'+1day'",
                                           "'+5'",
                                           "'START OF DAY'",
                                           "'+1 day', 'start of month', '-1 second'",
                                           "'unixepoch', '+1 day'",
                                           "'+1 day', 'unixepoch'",
                                           "'9999999 days'",
                                           "'+1e18 years'"};
  std::vector<std::string> expressions;
  for (const std::string& modifier : modifiers) {
    for (const char* column : {"s", "i", "r"}) {
      const std::string arguments = column + (modifier.empty() ? "" : ", " + modifier) + ")";
      for (const char* name : {"date(", "time(", "datetime(", "julianday(", "unixepoch("})
        expressions.push_back(name + arguments);
      expressions.push_back("strftime('%m|%d|%H|%M|%S|%s|%j|%w|%W|%%', " + arguments);
    }
  }
  expressions.insert(expressions.end(), {"strftime(s, '2020-01-01')", "strftime('%Q', s)",
                                         "strftime('%', s)", "date('now') = date()"});
  compare_all(rows, expressions);
}

TEST_CASE("printf, quote and the mathematical functions are those of SQLite", "[expr]") {
  const std::vector<Row> rows = rows_of(
      {"", "a", "abc", "5", "-5.5", " 7 ", "7x", "\u00e9t\u00e9", "x'y", "q\"r", "a%b", "1e3"},
      {0, 1, -1, 5, 7, -7, 42, 1234567, -1234567, INT64_MAX, INT64_MIN});
  std::vector<std::string> expressions;
  for (const char* format :
       {"%d",   "%i",  "%u",    "%x",  "%X",   "%#x",    "%o",  "%#o",   "%5d|",  "%-5d|",
        "%05d", "%+d", "% d",   "%,d", "%.3d", "%8.3d|", "%s",  "%5s|",  "%-5s|", "%q",
        "%Q",   "%w",  "%10Q|", "%%x", "abc%", "%ld",    "x%y", "%!5s|", "%!.1s|"}) {
    for (const char* column : {"s", "i"})
      expressions.push_back("printf('" + std::string(format) + "', " + column + ")");
  }
  // Of reals, those that one algorithm rounds as the other.
  for (const char* format : {"%f", "%.2f", "%10.2f|", "%-10.2f|", "%010.2f|", "%+.1f", "%e", "%.4e",
                             "%E", "%g", "%.3g", "%#g", "%G", "%!g", "%.1f", "%.0e"})
    expressions.push_back("printf('" + std::string(format) + "', i % 1000 / 4.0)");
  for (const char* name : {"ceil", "floor", "ceiling", "trunc", "sqrt", "sign", "exp", "sin",
                           "radians", "degrees", "likely"})
    for (const char* column : {"s", "r", "i % 10"})
      expressions.push_back(std::string(name) + "(" + column + ")");
  expressions.insert(
      expressions.end(),
      {"mod(i, 3)", "mod(s, 0)", "pow(2, i % 100)", "printf(NULL, i)", "printf('%*d|', 8, i)",
       "printf('%*d|', -8, i)", "printf('%d-%d', i)", "format('%.*f', 2, i % 1000)", "ln(i)",
       "quote(s)", "quote(i)", "quote(i % 1000 / 4.0)", "ln(s)"});
  compare_all(rows, expressions);
}

}  // namespace arbors::expr
