#include "engine/base/error.h"
#include "engine/exec/export/export.h"
#include "engine/exec/query/query.h"
#include "engine/json/input/input.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/export/documents_source.h"
#include "tests/unit/exec/export/scratch_folder.h"
#include "tests/unit/stop_at.h"

namespace arbors::exec {
namespace {

const std::vector<std::vector<std::string>> kBatches{
    {R"({"a":1,"b":[1,{"c":"é"}]})", R"({"a":1.0})", "null"},
    {R"("text")", R"([])", R"({"b":{},"a":null})"}};

// Exports to a file and gives its text, undone where it is compressed.
std::string exported(const Relation& relation, const std::string& name) {
  const ScratchFolder folder;
  const ExportReport report = export_relation(relation, folder / name, {}, {});
  REQUIRE(report.trees == count_rows(relation, {}));
  REQUIRE(report.bytes == read_file(folder / name).size());
  REQUIRE(folder.files() == 1);
  const auto input = json::open_file(folder / name);
  std::string text(1U << 20, '\0');
  text.resize(input->read(text.data(), text.size()));
  return text;
}

}  // namespace

TEST_CASE("trees are exported as JSON Lines and as an array, in order", "[export]") {
  const Relation trees = relation_of(std::make_shared<DocumentsSource>(kBatches));
  std::string lines, array = "[\n";
  for (const auto& batch : kBatches)
    for (const std::string& tree : batch) {
      lines += tree + "\n";
      array += (array.size() > 2 ? ",\n" : "") + tree;
    }
  array += "\n]\n";
  for (const char* name : {"x.jsonl", "x.jsonl.gz", "x.jsonl.zst"})
    REQUIRE(exported(trees, name) == lines);
  for (const char* name : {"x.json", "x.json.gz", "x.json.zst"})
    REQUIRE(exported(trees, name) == array);
}

TEST_CASE("only the live trees are exported", "[export]") {
  const auto source = std::make_shared<DocumentsSource>(kBatches);
  source->cut(2, [](std::uint64_t position) { return position != 0 && position != 3; });
  REQUIRE(exported(relation_of(source), "x.jsonl") ==
          "{\"a\":1.0}\nnull\n[]\n{\"b\":{},\"a\":null}\n");
}

TEST_CASE("no trees make an empty file, or an empty array", "[export]") {
  const Relation none =
      relation_of(std::make_shared<DocumentsSource>(std::vector<std::vector<std::string>>{}));
  REQUIRE(exported(none, "x.jsonl").empty());
  REQUIRE(exported(none, "x.json") == "[]\n");
  REQUIRE(exported(none, "x.jsonl.zst").empty());
}

TEST_CASE("computed trees are exported as they come", "[export]") {
  const auto source = std::make_shared<DocumentsSource>(kBatches);
  const SourceBinder bind = [&](const plan::Source&) { return BoundSource(source); };
  const ExecutionContext context;
  const Relation computed =
      run_plan(*prepare("t | filter a = 1 | select a + 1 as c | reverse"), bind, context);
  REQUIRE(exported(computed, "x.json") == "[\n{\"c\":2.0},\n{\"c\":2}\n]\n");
}

TEST_CASE("an interrupt or a failing plan leaves what was there", "[export]") {
  const ScratchFolder folder;
  for (const char* name : {"x.jsonl", "x.json.gz", "x.arrow", "x.arrows.zst"}) {
    write_file(folder / name, "before");
    const auto source = std::make_shared<DocumentsSource>(kBatches);
    for (const unsigned question : {1U, 2U}) {
      const StopAt stop(question);
      REQUIRE_THROWS_WITH(export_relation(relation_of(source), folder / name, {}, {}),
                          "interrupted");
    }
    const SourceBinder bind = [&](const plan::Source&) { return BoundSource(source); };
    const ExecutionContext context;
    const Relation failing = run_plan(*prepare("t | add_field b.c = 1"), bind, context);
    REQUIRE_THROWS_WITH(export_relation(failing, folder / name, {}, context),
                        StartsWith("add_field: "));
    REQUIRE(read_file(folder / name) == "before");
  }
  REQUIRE(folder.files() == 4);
}

}  // namespace arbors::exec
