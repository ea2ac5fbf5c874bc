#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/base/error.h"
#include "engine/json/document_splitter.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace arbors::json;

namespace {

struct Found {
  std::vector<std::string> documents;
  std::vector<std::uint64_t> lines;
};

Found split(const std::string& text, Format format = Format::Auto, SplitLimits limits = {},
            Promise promise = Promise::None) {
  const auto input = open_memory(text);
  DocumentSplitter splitter(*input, format, limits, promise);
  Found found;
  while (auto slice = splitter.next()) {
    for (const DocumentSpan& span : slice->documents()) {
      found.documents.emplace_back(slice->document(span));
      found.lines.push_back(span.line);
      CHECK(text.substr(span.file_offset, span.size) == found.documents.back());
    }
  }
  return found;
}

using Texts = std::vector<std::string>;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

std::string read_all(const std::string& bytes) {
  const auto input = open_memory(bytes);
  std::string text(1000000, '\0');
  text.resize(input->read(text.data(), text.size()));
  return text;
}

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::Constraint;
}

}  // namespace

TEST_CASE("Lines are documents, blank ones are not", "[splitter]") {
  const Found found = split("\xEF\xBB\xBF{\"a\":1}\r\n\n  [2] \n\t\n3\n\"x\"");
  CHECK(found.documents == Texts{"{\"a\":1}", "[2]", "3", "\"x\""});
  CHECK(found.lines == std::vector<std::uint64_t>{1, 3, 5, 6});
}

TEST_CASE("An array gives a document per element", "[splitter]") {
  const Found found = split("[\n {\"a\":\"],[\"},\n 2 , [3,4],\n\"\\\"\"]\n");
  CHECK(found.documents == Texts{"{\"a\":\"],[\"}", "2", "[3,4]", "\"\\\"\""});
  CHECK(found.lines == std::vector<std::uint64_t>{2, 3, 3, 4});
  CHECK(split(" [ ] ").documents.empty());
  CHECK(split("[1]").documents == Texts{"1"});
  CHECK(split("[1]\n[2]\n").documents == Texts{"[1]", "[2]"});
}

TEST_CASE("Values may span lines and share them", "[splitter]") {
  CHECK(split("{\n \"a\": 1\n}\n").documents.size() == 1);
  CHECK(split("{\n \"a\": 1\n}\n{\n\"b\":2}").documents.size() == 2);
  CHECK(split("{\"a\":1}{\"a\":2} 3 true\n\"x\"[4]5\"y\"").documents ==
        Texts{"{\"a\":1}", "{\"a\":2}", "3", "true", "\"x\"", "[4]", "5", "\"y\""});
  CHECK(split("").documents.empty());
  CHECK(split(" \n ").documents.empty());
}

TEST_CASE("A format can be forced", "[splitter]") {
  CHECK(split("[1,2]", Format::Values).documents == Texts{"[1,2]"});
  CHECK(split("[1,2]", Format::Lines).documents == Texts{"[1,2]"});
  CHECK(format_of("jsonl") == Format::Lines);
  CHECK_THROWS_WITH(format_of("csv"), "unknown format 'csv' (there are: auto, jsonl, array, json)");
  CHECK_THROWS_WITH(split("\n{}", Format::Array),
                    "json, line 2, byte 2: expected '[' to begin an array of trees");
}

TEST_CASE("A broken array says where", "[splitter]") {
  CHECK_THROWS_WITH(split("[1,\n,2]"), "json, line 2, byte 5: expected a value");
  CHECK_THROWS_WITH(split("[1,2"), "json, line 1, byte 5: the array does not end");
  CHECK_THROWS_WITH(split("[1,]"), "json, line 1, byte 4: expected a value");
  CHECK_THROWS_AS(split("[1]\n2", Format::Array), Error);
}

TEST_CASE("Slices and blocks of any size give the same documents", "[splitter]") {
  std::string lines, array = "[", values;
  for (int i = 0; i < 200; ++i) {
    const std::string value = "{\"k\":\"" + std::string(static_cast<std::size_t>(i % 23), '\\') +
                              (i % 23 % 2 == 1 ? "\\" : "") + "]}\",\n \"n\":[" +
                              std::to_string(i) + "]}";
    std::string line = value;
    line.erase(line.find('\n'), 1);
    lines += line + "\n";
    array += (i > 0 ? ", " : "") + value;
    values += value + (i % 2 == 0 ? " " : "");
  }
  array += "]";
  for (const std::size_t block : {1, 2, 7, 64, 4096}) {
    const SplitLimits limits{.slice_documents = 7, .slice_bytes = 50 * block, .block_bytes = block};
    for (const auto& [text, format] :
         {std::pair{lines, Format::Lines}, {array, Format::Array}, {values, Format::Values}}) {
      const Found small = split(text, format, limits), big = split(text, format);
      CHECK(big.documents.size() == 200);
      CHECK(small.documents == big.documents);
      CHECK(small.lines == big.lines);
    }
  }
}

TEST_CASE("A document longer than the limit is an error", "[splitter]") {
  const SplitLimits limits{.max_document = 10, .block_bytes = 4};
  CHECK(code_of([&] { split("{}\n{\"a\":\"long text\"}\n", Format::Lines, limits); }) ==
        ErrorCode::Limit);
  CHECK(code_of([&] { split("[1,\"a long text\"]", Format::Array, limits); }) == ErrorCode::Limit);
}

TEST_CASE("Compression is undone, also in several members and frames", "[input]") {
  const std::string text(300000, 'x');
  CHECK(read_all(gzip("ab") + gzip("") + gzip(text)) == "ab" + text);
  CHECK(read_all(gzip("ab") + std::string(512, '\0')) == "ab");
  CHECK(read_all(zstd("ab") + zstd(text) + zstd("c")) == "ab" + text + "c");
  CHECK(read_all("plain") == "plain");
}

TEST_CASE("Cut or damaged compression is an error", "[input]") {
  for (const std::string& whole : {gzip("some text that is packed"), zstd("some text")}) {
    for (std::size_t cut = 4; cut < whole.size(); ++cut) {
      CHECK(code_of([&] { read_all(whole.substr(0, cut)); }) == ErrorCode::Io);
    }
    CHECK(code_of([&] { read_all(whole + "garbage"); }) == ErrorCode::Io);
  }
}

TEST_CASE("Files that cannot be read are named", "[input]") {
  CHECK_THROWS_WITH(open_file("no/such/file"), "no such file: no/such/file");
  CHECK(code_of([] { open_file("no/such/file"); }) == ErrorCode::NotFound);
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK_THROWS_WITH(open_file(folder), folder + " is a directory, not a file");
  const std::string file = folder + "/arbors_input_test.jsonl";
  std::ofstream(file) << "{}\n";
  char text[10];
  CHECK(open_file(file)->read(text, sizeof text) == 3);
  std::filesystem::remove(file);
}

TEST_CASE("An interrupt stops reading", "[input]") {
  CHECK(code_of([] { open_memory("1", [] { return true; }); }) == ErrorCode::Interrupted);
}

TEST_CASE("a broken first line is a line of its own where lines are likely", "[json]") {
  const auto lines_of = [](const std::string& text, Promise promise) {
    return split(text, Format::Auto, {}, promise).documents.size();
  };
  for (const std::string text : {"{\"a\":1\n{\"b\":2}\n", "{\n{\n", "[1\n2\n"}) {
    CAPTURE(text);
    CHECK(lines_of(text, Promise::Lines) == 2);
  }
  CHECK(lines_of("{\n  \"a\": 1,\n  \"b\": 2\n}\n", Promise::Lines) == 1);
  CHECK(lines_of("[\n{},\n{},\n{}]", Promise::Lines) == 3);
  CHECK(lines_of("{\"a\":1\n{\"b\":2}\n", Promise::None) == 1);
  // Longer than what is looked at: only the first line can be judged.
  SplitLimits limits;
  limits.block_bytes = 16;
  const std::string rest = "\"a\": \"" + std::string(40, 'x') + "\"\n}";
  CHECK(split("{\n" + rest, Format::Auto, limits, Promise::Lines).documents.size() == 1);
  CHECK(split("{ \"b\": 1,\n" + rest, Format::Auto, limits, Promise::Lines).documents.size() == 3);
}

TEST_CASE("where broken documents are skipped, an array of trees stays one", "[json]") {
  const auto documents_of = [](const std::string& text) {
    return split(text, Format::Auto, {}, Promise::Skip).documents;
  };
  for (const std::string text :
       {"[1,\n{\"a\"},\n3]", "[\n1,\n{\"a\"},\n3\n]\n", " [1,{\"a\"},3] \n"}) {
    CAPTURE(text);
    CHECK(documents_of(text) == Texts{"1", "{\"a\"}", "3"});
  }
  CHECK(documents_of("[1\n[2]\n[3]\n") == Texts{"[1", "[2]", "[3]"});
  CHECK(documents_of("[1,x]\n[2]\n") == Texts{"[1,x]", "[2]"});
}

TEST_CASE("a file's name may promise lines", "[json]") {
  for (const char* name : {"a.jsonl", "/x/a.ndjson", "a.jsonl.gz", "a.ndjson.zst"}) {
    CHECK(names_lines(name));
  }
  for (const char* name : {"a.json", "jsonl", "a.jsonl.txt", "a.gz", ""})
    CHECK_FALSE(names_lines(name));
}
