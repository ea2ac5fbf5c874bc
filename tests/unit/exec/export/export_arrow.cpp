#include <algorithm>
#include <random>

#include "engine/base/error.h"
#include "engine/exec/export/arrow_rows.h"
#include "engine/exec/export/arrow_writer.h"
#include "engine/exec/export/export.h"
#include "engine/exec/query/query.h"
#include "engine/exec/source/json_source.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/export/arrow_reader.h"
#include "tests/unit/exec/export/documents_source.h"
#include "tests/unit/exec/export/scratch_folder.h"

namespace arbors::exec {
namespace {

using Documents = std::vector<std::string>;

ArrowContent exported(const Relation& relation) {
  const ScratchFolder folder;
  const std::uint64_t trees = count_rows(relation, {});
  REQUIRE(export_relation(relation, folder / "x.arrow", {}, {}).trees == trees);
  REQUIRE(export_relation(relation, folder / "x.arrows", {}, {}).trees == trees);
  ArrowContent file = read_arrow_file(read_file(folder / "x.arrow"));
  const ArrowContent stream = read_arrow_stream(read_file(folder / "x.arrows"));
  REQUIRE(file.schema == stream.schema);
  REQUIRE(file.rows == stream.rows);
  return file;
}

ArrowContent exported(const std::shared_ptr<DocumentsSource>& source) {
  return exported(relation_of(source));
}

ArrowContent exported(const std::vector<Documents>& batches) {
  return exported(std::make_shared<DocumentsSource>(batches));
}

// Runs a plan's text over documents, a batch each list.
ArrowContent exported(const std::vector<Documents>& batches, std::string_view stages) {
  const auto source = std::make_shared<DocumentsSource>(batches);
  const SourceBinder bind = [&](const plan::Source&) { return BoundSource(source); };
  const ExecutionContext context;
  return exported(run_plan(*prepare("t | " + std::string(stages)), bind, context));
}

// Exports values as one column `a` and gives its type.
std::string type_of(const Documents& values) {
  std::string trees;
  for (const std::string& value : values) trees += "{\"a\":" + value + "}\n";
  const std::string schema = exported(relation_of(json_source(trees))).schema;
  REQUIRE_THAT(schema, StartsWith("a: "));
  return schema.substr(3);
}

// Exports one batch with small offsets.
ArrowContent cut_export(const Documents& documents, std::size_t most_offset) {
  const ExecutionContext context;
  ArrowRows rows(
      relation_of(std::make_shared<DocumentsSource>(std::vector<Documents>(1, documents))), context,
      most_offset);
  std::string stream;
  append_schema(rows.columns(), {}, stream);
  while (const auto table = rows.next()) append_record_batch(rows.columns(), *table, stream);
  append_end(stream);
  return read_arrow_stream(stream);
}

}  // namespace

TEST_CASE("Arrow types follow what occurs at a path", "[export]") {
  REQUIRE(type_of({"null", "null"}) == "Utf8");
  REQUIRE(type_of({"true", "null", "false"}) == "Bool");
  REQUIRE(type_of({"1", "-9223372036854775808"}) == "Int64");
  REQUIRE(type_of({"1.5", "null"}) == "Float64");
  REQUIRE(type_of({"1.5", "9007199254740992"}) == "Float64");
  REQUIRE(type_of({"1.5", "9007199254740993"}) == "Float64");
  REQUIRE(type_of({"18446744073709551615", "1"}) == "Uint64");
  REQUIRE(type_of({"18446744073709551615", "-1"}) == "Float64");
  REQUIRE(type_of({"18446744073709551615", "0.5"}) == "Float64");
  REQUIRE(type_of({"18446744073709551616"}) == "Float64");
  REQUIRE(type_of({"1e999", "-1e999"}) == "Float64");
  REQUIRE(type_of({"\"s\"", "\"\""}) == "Utf8");
  REQUIRE(type_of({"[1,2]", "[]", "null"}) == "List<Int64>");
  REQUIRE(type_of({"[]"}) == "List<Utf8>");
  REQUIRE(type_of({"[[{\"b\":[true]}],[]]"}) == "List<List<Struct<b: List<Bool>>>>");
  REQUIRE(type_of({R"({"b":1,"c":"x"})", R"({"d":2.5})"}) ==
          "Struct<b: Int64, c: Utf8, d: Float64>");
  for (const Documents& mixed : std::vector<Documents>{
           {"1", "\"1\""}, {"1", "true"}, {"[1]", "1"}, {"[1]", "{\"b\":1}"}, {"{}", "null"}})
    REQUIRE(type_of(mixed) == "Utf8 (JSON)");
}

TEST_CASE("values keep their types and nesting, missing ones are null", "[export]") {
  const ArrowContent content =
      exported({{R"({"n":1,"s":"é\u0000","o":{"p":[{"q":1.5,"r":null},{"r":true}],"e":[]}})", "{}",
                 R"({"n":null,"o":null})"},
                {R"({"o":{"p":[]},"n":-7,"late":[[1],[],null,[2,3]]})"}});
  REQUIRE(content.schema ==
          "n: Int64, s: Utf8, o: Struct<p: List<Struct<q: Float64, r: Bool>>, e: List<Utf8>>, "
          "late: List<List<Int64>>");
  REQUIRE(content.batches == std::vector<std::size_t>{4});
  REQUIRE(content.rows ==
          Documents{R"({"n":1,"s":"é\u0000","o":{"p":[{"q":1.5,"r":null},{"q":null,"r":true}],)"
                    R"("e":[]},"late":null})",
                    R"({"n":null,"s":null,"o":null,"late":null})",
                    R"({"n":null,"s":null,"o":null,"late":null})",
                    R"({"n":-7,"s":null,"o":{"p":[],"e":null},"late":[[1],[],null,[2,3]]})"});
}

TEST_CASE("kinds that do not go together are JSON text", "[export]") {
  const ArrowContent content =
      exported({{R"({"a":1,"b":[1,"x"]})", R"({"a":"1","b":[{"c":[]},null]})"},
                {R"({"a":{"k":[1,null]},"b":[18446744073709551615]})", R"({"a":null})"}});
  REQUIRE(content.schema == "a: Utf8 (JSON), b: List<Utf8 (JSON)>");
  REQUIRE(content.rows == Documents{R"({"a":"1","b":["1","\"x\""]})",
                                    R"({"a":"\"1\"","b":["{\"c\":[]}",null]})",
                                    R"({"a":"{\"k\":[1,null]}","b":["18446744073709551615"]})",
                                    R"({"a":null,"b":null})"});
}

TEST_CASE("opaque objects are JSON text", "[export]") {
  const auto source = std::make_shared<DocumentsSource>(
      std::vector<Documents>{{R"({"a":{"b":[1,2]}})", R"({"a":null})"}},
      [](PathId, unsigned depth) { return depth == 1; });
  const ArrowContent content = exported(source);
  REQUIRE(content.schema == "a: Utf8 (JSON)");
  REQUIRE(content.rows == Documents{R"({"a":"{\"b\":[1,2]}"})", R"({"a":null})"});
}

TEST_CASE("trees that are no objects are one column", "[export]") {
  REQUIRE(exported({{"1", "null"}, {"3"}}).rows ==
          Documents{R"({"value":1})", R"({"value":null})", R"({"value":3})"});
  REQUIRE(exported({{R"([{"a":1}])", "[]"}}).schema == "value: List<Struct<a: Int64>>");
  REQUIRE(exported({{R"({"a":1})", "5"}}).rows ==
          Documents{R"({"value":"{\"a\":1}"})", R"({"value":"5"})"});
  REQUIRE(exported({{"{}", "{}"}}).rows == Documents{R"({"value":"{}"})", R"({"value":"{}"})"});
}

TEST_CASE("no trees make a file without columns and batches", "[export]") {
  const ArrowContent content = exported(std::vector<Documents>{});
  REQUIRE(content.schema.empty());
  REQUIRE(content.batches.empty());
}

TEST_CASE("trees that are not chosen leave no trace in types and columns", "[export]") {
  const auto source = std::make_shared<DocumentsSource>(
      std::vector<Documents>{{R"({"a":1,"x":1})", R"({"a":"s"})", R"({"a":2,"b":[{"c":1}]})"},
                             {R"({"b":[{"c":"s"},{"c":2}]})", R"({"b":[{"c":3},{}]})"}});
  source->cut(1, [](std::uint64_t position) { return position == 2 || position == 4; });
  const ArrowContent content = exported(source);
  REQUIRE(content.schema == "a: Int64, b: List<Struct<c: Int64>>");
  REQUIRE(content.rows ==
          Documents{R"({"a":2,"b":[{"c":1}]})", R"({"a":null,"b":[{"c":3},{"c":null}]})"});
}

TEST_CASE("chosen trees export as they do alone", "[export]") {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<Documents> batches(1 + random() % 4);
    Documents kept;
    std::vector<bool> keep;
    for (Documents& batch : batches)
      for (unsigned i = 0; i < 1 + random() % 90; ++i) {
        batch.push_back(batch::random_document(random));
        keep.push_back(random() % 3 != 0);
        if (keep.back()) kept.push_back(batch.back());
      }
    if (kept.empty()) continue;
    const auto source = std::make_shared<DocumentsSource>(batches);
    source->cut(1 + random() % 70, [&](std::uint64_t position) { return bool(keep[position]); });
    const ArrowContent some = exported(source);
    const ArrowContent alone = exported({kept});
    REQUIRE(some.rows.size() == kept.size());
    if (some.schema == alone.schema) REQUIRE(some.rows == alone.rows);
    std::string left = some.schema, right = alone.schema;
    // The order of columns may differ: a tree that was left out may have named a key first.
    std::sort(left.begin(), left.end());
    std::sort(right.begin(), right.end());
    REQUIRE(left == right);
  }
}

TEST_CASE("record batches are cut before an offset grows too large", "[export]") {
  Documents documents, expected;
  for (int i = 0; i < 50; ++i) {
    documents.push_back("{\"s\":\"" + std::string(static_cast<std::size_t>(i), 'x') +
                        "\",\"l\":[1,2,3]}");
    expected.push_back(documents.back());
  }
  const ArrowContent content = cut_export(documents, 100);
  REQUIRE(content.batches.size() > 10);
  REQUIRE(content.rows == expected);
  REQUIRE(cut_export(documents, 2000).batches.size() == 1);
  try {
    cut_export(documents, 40);
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::Limit);
    REQUIRE_THAT(error.what(), StartsWith("a tree is too large"));
  }
}

TEST_CASE("a select's fields are columns, whatever the trees hold", "[export]") {
  REQUIRE(exported({{R"({"a":1,"b":"x"})"}}, "filter a > 5 | select a, b").schema ==
          "a: Int64, b: Utf8");
  REQUIRE(exported({{R"({"a":1})"}}, "select a, none as c, a + 0.5 as d").rows ==
          Documents{R"({"a":1,"c":null,"d":1.5})"});
  REQUIRE(exported({{R"({"a":1})"}}, "filter a > 5 | select a * 2 as c").schema == "c: Utf8");
  REQUIRE(exported({{R"({"a":1})"}}, "filter a > 5 | select a is null as c, (a > 0) is true as d")
              .schema == "c: Bool, d: Bool");
  REQUIRE(exported({{R"({"a":{"b":1}})", R"({"a":[]})", "{}"}}, "select a is not null as c").rows ==
          Documents{R"({"c":true})", R"({"c":true})", R"({"c":false})"});
  REQUIRE(exported({{R"({"a":1,"b":[true]})"}}, "head 0").schema == "a: Int64, b: List<Bool>");
}

TEST_CASE("whole trees keep their columns through edits", "[export]") {
  const std::vector<Documents> trees{{R"({"a":1,"b":{"c":[1]},"d":"x"})", R"({"d":"y"})"}};
  REQUIRE(exported(trees, "add_field a = d | drop b").rows ==
          Documents{R"({"a":"x","d":"x"})", R"({"a":"y","d":"y"})"});
  REQUIRE(exported(trees, "add_field b.e = a").rows ==
          Documents{R"({"a":1,"b":{"c":[1],"e":1},"d":"x"})", R"({"a":null,"b":null,"d":"y"})"});
  const SourceBinder bind = [&](const plan::Source&) {
    return BoundSource(
        std::make_shared<DocumentsSource>(std::vector<Documents>{{R"({"a":1})", "5"}}));
  };
  const ExecutionContext context;
  const Relation refused = run_plan(*prepare("t | add_field b = 1"), bind, context);
  REQUIRE_THROWS_WITH(ArrowRows(refused, context), StartsWith("add_field: "));
}

TEST_CASE("nested values keep their types in any order, exploded and computed", "[export]") {
  std::vector<Documents> batches;
  Documents reversed;
  for (int batch = 0; batch < 5; ++batch) {
    batches.emplace_back();
    for (int i = 0; i < 9; ++i) {
      const std::string number = std::to_string(batch * 9 + i);
      batches.back().push_back(R"({"i":)" + number + R"(,"l":[{"s":"s)" + number +
                               R"(","t":[null,)" + number + R"(]}]})");
      reversed.insert(reversed.begin(), batches.back().back());
    }
  }
  const ArrowContent sorted = exported(batches, "sort_by i desc");
  REQUIRE(sorted.schema == "i: Int64, l: List<Struct<s: Utf8, t: List<Int64>>>");
  REQUIRE(sorted.rows == reversed);
  REQUIRE(
      exported(batches, "sort_by i desc | select l[0].t as t, list_map(l, s) as s | head 1").rows ==
      Documents{R"({"t":[null,44],"s":["s44"]})"});
  const ArrowContent exploded = exported(batches, "explode l as e | select e.s, e.t, i | tail 1");
  REQUIRE(exploded.schema == "s: Utf8, t: List<Int64>, i: Int64");
  REQUIRE(exploded.rows == Documents{R"({"s":"s44","t":[null,44],"i":44})"});
  const ArrowContent taken = exported(batches, "take 3, 3, -1 | select i");
  REQUIRE(taken.rows == Documents{R"({"i":3})", R"({"i":3})", R"({"i":44})"});
}

TEST_CASE("names are never empty and differ by more than case", "[export]") {
  REQUIRE(exported({{R"({"":1,"a":2,"A":3,"a_2":4,"o":{"B":1,"b":2}})"}}).schema ==
          "_2: Int64, a: Int64, A_3: Int64, a_2: Int64, o: Struct<B: Int64, b_2: Int64>");
}

TEST_CASE("what nests too deeply is JSON text", "[export]") {
  const auto nested = [](unsigned depth) {
    std::string tree = "7";
    for (unsigned i = 0; i < depth; ++i) tree = R"({"a":)" + tree + '}';
    return exported({{tree}}).schema;
  };
  const auto structs = [](const std::string& schema) {
    std::size_t count = 0;
    for (std::size_t at = schema.find("Struct"); at != std::string::npos;
         at = schema.find("Struct", at + 1))
      ++count;
    return count;
  };
  REQUIRE(structs(nested(61)) == 60);
  REQUIRE(nested(61).find("Int64") != std::string::npos);
  REQUIRE(structs(nested(62)) == 60);
  REQUIRE(nested(62).find("a: Utf8 (JSON)") != std::string::npos);
}

TEST_CASE("record batches hold at most 65,536 rows, small ones are put together", "[export]") {
  Documents many;
  for (int i = 0; i < 70'000; ++i) many.push_back(R"({"i":)" + std::to_string(i) + '}');
  REQUIRE(exported({many}).batches == std::vector<std::size_t>{65'536, 4'464});
  std::vector<Documents> small;
  for (std::size_t i = 0; i < 100; ++i)
    small.emplace_back(many.begin() + static_cast<std::ptrdiff_t>(i * 500),
                       many.begin() + static_cast<std::ptrdiff_t>(i * 500 + 500));
  const ArrowContent content = exported(small);
  REQUIRE(content.batches == std::vector<std::size_t>{16'500, 16'500, 16'500, 500});
  REQUIRE(std::equal(content.rows.begin(), content.rows.end(), many.begin()));
}

}  // namespace arbors::exec
