#include "ext/planning/scan_spec.h"

#include "engine/base/error.h"
#include "tests/unit/catch.h"

namespace arbors::ext {
namespace {

Term exact(std::string column, TermOp op, int argument = 0,
           Collation collation = Collation::Binary) {
  return {std::move(column), op, argument, true, collation};
}

Term superset(std::string column, TermOp op, int argument = 0) {
  return {std::move(column), op, argument, false, Collation::Binary};
}

ScanSpec ordered(ScanSpec::Order order, std::vector<OrderKey> keys) {
  ScanSpec spec;
  spec.order = order;
  spec.keys = std::move(keys);
  return spec;
}

ScanSpec of_terms(std::vector<Term> terms) {
  ScanSpec spec;
  spec.terms = std::move(terms);
  return spec;
}

ScanSpec walked(ScanSpec spec, std::string column) {
  spec.indexed = std::move(column);
  spec.walked = true;
  return spec;
}

ScanSpec looked_up(std::string column, std::vector<Term> terms) {
  ScanSpec spec = of_terms(std::move(terms));
  spec.indexed = std::move(column);
  return spec;
}

TEST_CASE("a scan says in words what it does", "[ext][scan_spec]") {
  ScanSpec top = of_terms({exact("career_batting.HR", TermOp::Greater, 1),
                           exact("bats", TermOp::Equal, 2, Collation::NoCase)});
  top.order = ScanSpec::Order::Sorted;
  top.keys = {{"career_batting.HR", true}, {"", false}};
  top.limit = 3;
  top.offset = 4;
  const auto [spec, text] = GENERATE_COPY(table<ScanSpec, std::string>({
      {ScanSpec{}, "all rows"},
      {top,
       "filter \"career_batting.HR\" > ?1 and \"bats\" = ?2 collate NOCASE; "
       "order by \"career_batting.HR\" desc, rowid; limit ?3 offset ?4"},
      {of_terms({superset("a", TermOp::Like, 1), exact("b", TermOp::IsNull)}),
       "filter \"b\" is null; prefilter \"a\" like ?1"},
      {of_terms({exact("", TermOp::In, 1)}), "filter rowid in ?1"},
      {looked_up("a \"b\"", {superset("a \"b\"", TermOp::Equal, 1)}),
       "look up \"a \"\"b\"\"\" by index; prefilter \"a \"\"b\"\"\" = ?1"},
      {walked(ordered(ScanSpec::Order::Sorted, {{"a", true}}), "a"),
       "walk \"a\" by index; order by \"a\" desc"},
      {ordered(ScanSpec::Order::Grouped, {{"a", false}, {"b", true}}),
       "group by \"a\", \"b\" desc"},
  }));
  CHECK(to_text(spec) == text);
}

TEST_CASE("every operator is read back as it was written", "[ext][scan_spec]") {
  const TermOp op =
      GENERATE(TermOp::Equal, TermOp::Less, TermOp::LessEqual, TermOp::Greater,
               TermOp::GreaterEqual, TermOp::NotEqual, TermOp::Is, TermOp::IsNot, TermOp::In,
               TermOp::Like, TermOp::Glob, TermOp::Match, TermOp::IsNull, TermOp::IsNotNull);
  const int argument = op == TermOp::IsNull || op == TermOp::IsNotNull ? 0 : 12;
  const Collation collation = GENERATE(Collation::Binary, Collation::NoCase, Collation::RTrim);
  const ScanSpec spec = of_terms({exact("a", op, argument, collation), superset("", op, argument)});
  INFO(to_text(spec));
  CHECK(parse_scan_spec(to_text(spec)) == spec);
}

TEST_CASE("names that look like the grammar stay names", "[ext][scan_spec]") {
  const std::string name = GENERATE(values<std::string>(
      {"a\"b", "\"", "\"\"", "rowid", " and ", "; limit ?1", "a\" is null and \"b", "x desc, y",
       "filter ", "?1", "\xC3\xA9t\xC3\xA9", "two\nlines", "'", "all rows", "%s%n"}));
  ScanSpec spec =
      of_terms({exact(name, TermOp::Equal, 1), superset(name, TermOp::GreaterEqual, 2)});
  spec.order = ScanSpec::Order::Sorted;
  spec.keys = {{name, true}, {name, false}};
  spec.limit = 3;
  INFO(to_text(spec));
  CHECK(parse_scan_spec(to_text(spec)) == spec);
}

TEST_CASE("a limit is read back alone, with an offset, and with one that the scan skips",
          "[ext][scan_spec]") {
  const auto [offset, skip, text] = GENERATE(table<int, bool, std::string>(
      {{0, false, "limit ?1"}, {2, false, "limit ?1 offset ?2"}, {2, true, "limit ?1 skip ?2"}}));
  ScanSpec spec;
  spec.limit = 1;
  spec.offset = offset;
  spec.skip = skip;
  CHECK(to_text(spec) == text);
  CHECK(parse_scan_spec(text) == spec);
}

TEST_CASE("which index is used, and how, is read back", "[ext][scan_spec]") {
  const bool walks = GENERATE(false, true);
  ScanSpec spec = looked_up("walk ", {superset("walk ", TermOp::In, 1)});
  spec.walked = walks;
  CHECK(parse_scan_spec(to_text(spec)) == spec);
}

TEST_CASE("what is no scan is refused", "[ext][scan_spec]") {
  const std::string text = GENERATE(values<std::string>({"",
                                                         "all",
                                                         "all rows ",
                                                         "all rows; limit ?1",
                                                         "filter",
                                                         "filter \"a",
                                                         "filter a = ?1",
                                                         "filter \"a\"",
                                                         "filter \"a\" ~ ?1",
                                                         "filter \"a\" = 5",
                                                         "filter \"a\" = ?",
                                                         "filter \"a\" = ?0",
                                                         "filter \"a\" = ?-1",
                                                         "filter \"a\" = ?99999999999",
                                                         "filter \"a\" = ?1 collate BINAR",
                                                         "filter \"a\" = ?1 and",
                                                         "order by",
                                                         "order by \"a\" up",
                                                         "limit",
                                                         "limit ?1 offset",
                                                         "offset ?",
                                                         "sort by \"a\"",
                                                         "limit ?1;"}));
  INFO(text);
  CHECK_THROWS_AS(parse_scan_spec(text), Error);
}

}  // namespace
}  // namespace arbors::ext
