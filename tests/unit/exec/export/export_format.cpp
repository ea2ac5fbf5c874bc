#include "engine/exec/export/export_format.h"

#include "engine/base/error.h"
#include "engine/exec/export/export.h"
#include "tests/unit/catch.h"

namespace arbors::exec {
namespace {

bool is(const std::string& file, ExportFormat format, Compression compression,
        std::string_view named = {}) {
  const FileKind kind = kind_of_file(file, named);
  return kind.format == format && kind.compression == compression;
}

}  // namespace

TEST_CASE("the name's ending tells format and compression", "[export]") {
  REQUIRE(is("x.jsonl", ExportFormat::JsonLines, Compression::None));
  REQUIRE(is("x.ndjson.gz", ExportFormat::JsonLines, Compression::Gzip));
  REQUIRE(is("a.b/x.json.zst", ExportFormat::JsonArray, Compression::Zstd));
  REQUIRE(is("X.ARROW", ExportFormat::ArrowFile, Compression::None));
  REQUIRE(is("x.feather", ExportFormat::ArrowFile, Compression::None));
  REQUIRE(is("x.arrows.Gz", ExportFormat::ArrowStream, Compression::Gzip));
}

TEST_CASE("a named format stands before the ending's, the compression stays", "[export]") {
  REQUIRE(is("x.txt", ExportFormat::JsonLines, Compression::None, "jsonl"));
  REQUIRE(is("x.json.gz", ExportFormat::ArrowFile, Compression::Gzip, "Arrow"));
  REQUIRE_THROWS_WITH(kind_of_file("x.json", "csv"),
                      "no such format: csv (there are: jsonl, json, arrow, arrows)");
}

TEST_CASE("an ending without a format is an error that lists those there are", "[export]") {
  for (const char* file : {"x.csv", "x", "jsonl", "x.gz", "x.jsonl.bz2", ""}) {
    try {
      kind_of_file(file);
      FAIL(file);
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::Invalid);
      REQUIRE_THAT(error.what(), StartsWith(std::string(file) + ": the name's ending"));
      for (const FormatRow& row : export_formats())
        REQUIRE(std::string(error.what()).find(row.ending) != std::string::npos);
    }
  }
}

TEST_CASE("options of an export are checked", "[export]") {
  REQUIRE(parse_export_options("{}").format.empty());
  REQUIRE(parse_export_options(R"( {"format": "arrow"} )").format == "arrow");
  for (const char* wrong : {"", "5", "[]", "null", R"({"format":5})", R"({"format":"csv"})",
                            R"({"fromat":"json"})", "{"})
    REQUIRE_THROWS_AS(parse_export_options(wrong), Error);
}

TEST_CASE("an export's report is a JSON object", "[export]") {
  REQUIRE(ExportReport{3, 70, 0.25}.to_json() == R"({"trees":3,"bytes":70,"seconds":0.250000})");
}

}  // namespace arbors::exec
