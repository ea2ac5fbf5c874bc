#include "engine/base/error.h"
#include "engine/exec/export/export.h"
#include "engine/json/input.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/export/documents_source.h"
#include "tests/unit/exec/export/scratch_folder.h"

namespace arbors::exec {
namespace {

const std::vector<std::vector<std::string>> kBatches{
    {R"({"a":1,"b":[1,{"c":"é"}]})", R"({"a":1.0})", "null"},
    {R"("text")", R"([])", R"({"b":{},"a":null})"}};

// Exports to a file and gives its text, undone where it is compressed.
std::string exported(TreeSource& source, const std::string& name) {
  const ScratchFolder folder;
  const ExportReport report = export_trees(source, folder / name, {}, {});
  REQUIRE(report.trees == source.trees());
  REQUIRE(report.bytes == read_file(folder / name).size());
  REQUIRE(folder.files() == 1);
  const auto input = json::open_file(folder / name);
  std::string text(1U << 20, '\0');
  text.resize(input->read(text.data(), text.size()));
  return text;
}

}  // namespace

TEST_CASE("trees are exported as JSON Lines and as an array, in order", "[export]") {
  DocumentsSource source(kBatches);
  std::string lines, array = "[\n";
  for (const auto& batch : kBatches)
    for (const std::string& tree : batch) {
      lines += tree + "\n";
      array += (array.size() > 2 ? ",\n" : "") + tree;
    }
  array += "\n]\n";
  for (const char* name : {"x.jsonl", "x.jsonl.gz", "x.jsonl.zst"})
    REQUIRE(exported(source, name) == lines);
  for (const char* name : {"x.json", "x.json.gz", "x.json.zst"})
    REQUIRE(exported(source, name) == array);
}

TEST_CASE("only the live trees are exported", "[export]") {
  DocumentsSource source(kBatches);
  source.cut(2, [](std::uint64_t position) { return position != 0 && position != 3; });
  REQUIRE(exported(source, "x.jsonl") == "{\"a\":1.0}\nnull\n[]\n{\"b\":{},\"a\":null}\n");
}

TEST_CASE("no trees make an empty file, or an empty array", "[export]") {
  DocumentsSource source({});
  REQUIRE(exported(source, "x.jsonl").empty());
  REQUIRE(exported(source, "x.json") == "[]\n");
  REQUIRE(exported(source, "x.jsonl.zst").empty());
}

TEST_CASE("texts that are produced one by one are exported as they come", "[export]") {
  const ScratchFolder folder;
  const auto produce = [](const EmitTree& emit) {
    for (int i = 0; i < 3; ++i) emit(std::to_string(i));
  };
  REQUIRE(export_texts(produce, folder / "x.json", {}, {}).trees == 3);
  REQUIRE(read_file(folder / "x.json") == "[\n0,\n1,\n2\n]\n");
}

TEST_CASE("an interrupt or a failing producer leaves what was there", "[export]") {
  const ScratchFolder folder;
  for (const char* name : {"x.jsonl", "x.json.gz", "x.arrow", "x.arrows.zst"}) {
    write_file(folder / name, "before");
    DocumentsSource source(kBatches);
    for (int checks = 0; checks < 2; ++checks) {
      ExecutionContext context;
      context.interrupted = [left = checks]() mutable { return left-- == 0; };
      REQUIRE_THROWS_WITH(export_trees(source, folder / name, {}, context), "interrupted");
    }
    const auto fail = [](const EmitTree& emit) {
      emit("1");
      throw_invalid("the plan fails");
    };
    REQUIRE_THROWS_WITH(export_texts(fail, folder / name, {}, {}), "the plan fails");
    REQUIRE(read_file(folder / name) == "before");
  }
  REQUIRE(folder.files() == 4);
}

}  // namespace arbors::exec
