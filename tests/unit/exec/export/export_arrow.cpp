#include <algorithm>
#include <random>

#include "engine/base/error.h"
#include "engine/exec/export/arrow_writer.h"
#include "engine/exec/export/export.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/export/arrow_reader.h"
#include "tests/unit/exec/export/documents_source.h"
#include "tests/unit/exec/export/scratch_folder.h"

namespace arbors::exec {
namespace {

using Documents = std::vector<std::string>;

ArrowContent exported(TreeSource& source) {
  const ScratchFolder folder;
  REQUIRE(export_trees(source, folder / "x.arrow", {}, {}).trees == source.trees());
  REQUIRE(export_trees(source, folder / "x.arrows", {}, {}).trees == source.trees());
  ArrowContent file = read_arrow_file(read_file(folder / "x.arrow"));
  const ArrowContent stream = read_arrow_stream(read_file(folder / "x.arrows"));
  REQUIRE(file.schema == stream.schema);
  REQUIRE(file.rows == stream.rows);
  return file;
}

ArrowContent exported(const std::vector<Documents>& batches) {
  DocumentsSource source(batches);
  return exported(source);
}

// Exports documents as one column `a` and gives its type.
std::string type_of(const Documents& values) {
  Documents trees;
  for (const std::string& value : values) trees.push_back("{\"a\":" + value + "}");
  const std::string schema = exported({trees}).schema;
  REQUIRE_THAT(schema, StartsWith("a: "));
  return schema.substr(3);
}

class ArrowText : public ByteSink {
 public:
  void write(std::string_view bytes) override { text += bytes; }
  void finish() override {}
  std::string text;
};

// Exports one batch with small offsets.
ArrowContent cut_export(const Documents& documents, std::size_t most_offset) {
  DocumentsSource source({documents});
  const auto batch = source.open_batch(0);
  const RowChoice all = RowChoice::everything(batch->trees());
  SeenKinds seen;
  seen.add(*batch, all);
  ArrowText sink;
  ArrowWriter writer(sink, seen.columns(source.paths()), false, most_offset);
  writer.write(*batch, all);
  writer.finish();
  return read_arrow_stream(sink.text);
}

}  // namespace

TEST_CASE("Arrow types follow what occurs at a path", "[export]") {
  REQUIRE(type_of({"null", "null"}) == "Null");
  REQUIRE(type_of({"true", "null", "false"}) == "Bool");
  REQUIRE(type_of({"1", "-9223372036854775808"}) == "Int64");
  REQUIRE(type_of({"1.5", "null"}) == "Float64");
  REQUIRE(type_of({"1.5", "9007199254740992"}) == "Float64");
  REQUIRE(type_of({"1.5", "9007199254740993"}) == "Utf8");
  REQUIRE(type_of({"\"s\"", "\"\""}) == "Utf8");
  REQUIRE(type_of({"[1,2]", "[]", "null"}) == "List<Int64>");
  REQUIRE(type_of({"[]"}) == "List<Null>");
  REQUIRE(type_of({"[[{\"b\":[true]}],[]]"}) == "List<List<Struct<b: List<Bool>>>>");
  REQUIRE(type_of({R"({"b":1,"c":"x"})", R"({"d":2.5})"}) ==
          "Struct<b: Int64, c: Utf8, d: Float64>");
  for (const Documents& mixed : std::vector<Documents>{{"1", "\"1\""},
                                                       {"1", "true"},
                                                       {"[1]", "1"},
                                                       {"[1]", "{\"b\":1}"},
                                                       {"{}", "null"},
                                                       {"18446744073709551615", "1"}})
    REQUIRE(type_of(mixed) == "Utf8");
}

TEST_CASE("values keep their types and nesting, missing ones are null", "[export]") {
  const ArrowContent content =
      exported({{R"({"n":1,"s":"é\u0000","o":{"p":[{"q":1.5,"r":null},{"r":true}],"e":[]}})", "{}",
                 R"({"n":null,"o":null})"},
                {R"({"o":{"p":[]},"n":-7,"late":[[1],[],null,[2,3]]})"}});
  REQUIRE(content.schema ==
          "n: Int64, s: Utf8, o: Struct<p: List<Struct<q: Float64, r: Bool>>, e: List<Null>>, "
          "late: List<List<Int64>>");
  REQUIRE(content.batches == std::vector<std::size_t>{3, 1});
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
  REQUIRE(content.schema == "a: Utf8, b: List<Utf8>");
  REQUIRE(content.rows == Documents{R"({"a":"1","b":["1","\"x\""]})",
                                    R"({"a":"\"1\"","b":["{\"c\":[]}",null]})",
                                    R"({"a":"{\"k\":[1,null]}","b":["18446744073709551615"]})",
                                    R"({"a":null,"b":null})"});
}

TEST_CASE("opaque objects are JSON text", "[export]") {
  DocumentsSource source({{R"({"a":{"b":[1,2]}})", R"({"a":null})"}},
                         [](PathId, unsigned depth) { return depth == 1; });
  const ArrowContent content = exported(source);
  REQUIRE(content.schema == "a: Utf8");
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
  DocumentsSource source({{R"({"a":1,"x":1})", R"({"a":"s"})", R"({"a":2,"b":[{"c":1}]})"},
                          {R"({"b":[{"c":"s"},{"c":2}]})", R"({"b":[{"c":3},{}]})"}});
  source.cut(1, [](std::uint64_t position) { return position == 2 || position == 4; });
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
    DocumentsSource source(batches);
    source.cut(1 + random() % 70, [&](std::uint64_t position) { return bool(keep[position]); });
    const ScratchFolder folder;
    export_trees(source, folder / "some.arrow", {}, {});
    export_texts([&](const EmitTree& emit) { std::for_each(kept.begin(), kept.end(), emit); },
                 folder / "alone.arrow", {}, {});
    const ArrowContent some = read_arrow_file(read_file(folder / "some.arrow"));
    const ArrowContent alone = read_arrow_file(read_file(folder / "alone.arrow"));
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
    REQUIRE_THAT(error.what(), StartsWith("tree 41 is too large"));
  }
}

}  // namespace arbors::exec
