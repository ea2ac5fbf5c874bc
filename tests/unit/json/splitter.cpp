#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "engine/base/error.h"
#include "engine/json/input/document_splitter.h"
#include "engine/json/values/fault.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"
#include "tests/unit/stop_at.h"

using namespace arbors;
using namespace arbors::json;

namespace {

struct Found {
  std::vector<std::string> documents;
  std::vector<std::uint64_t> lines;
  std::vector<std::string> faults;
};

Found split_with(const std::string& text, const SplitOptions& options, SplitLimits limits = {}) {
  const auto input = open_memory(text);
  DocumentSplitter splitter(*input, options, limits);
  Found found;
  while (auto slice = splitter.next()) {
    for (const SplitFault& fault : slice->faults()) {
      if (!options.skip)
        throw_invalid("json" + place_text(fault.line, fault.byte, fault.line_byte) + ": " +
                      fault.reason);
      found.faults.push_back(fault.reason);
    }
    for (const DocumentSpan& span : slice->documents()) {
      found.documents.emplace_back(slice->document(span));
      found.lines.push_back(span.line);
      CHECK(text.substr(span.file_offset, span.size) == found.documents.back());
    }
  }
  return found;
}

Found split(const std::string& text, Format format = Format::Auto, SplitLimits limits = {}) {
  return split_with(text, {format, false, false, {}}, limits);
}
Found split_lines(const std::string& text, SplitLimits limits = {}) {
  return split_with(text, {Format::Auto, true, false, {}}, limits);
}
Found split_skipping(const std::string& text, Format format = Format::Auto) {
  return split_with(text, {format, false, true, {}});
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
  CHECK_THROWS_WITH(format_of("csv"),
                    "unknown format 'csv' (there are: auto, jsonl, array, json, seq)");
  CHECK_THROWS_WITH(
      split("\n{}", Format::Array),
      "json, line 2, byte 2 (byte 1 of the line): expected '[' to begin an array of trees");
}

TEST_CASE("A broken array says where", "[splitter]") {
  CHECK_THROWS_WITH(split("[1,\n,2]"),
                    "json, line 2, byte 5 (byte 1 of the line): expected a value");
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

TEST_CASE("zstd may begin with frames to skip, and its windows are bounded", "[input]") {
  const std::string skippable = std::string("\x53\x2A\x4D\x18\x03\0\0\0", 8) + "xyz";
  CHECK(read_all(skippable + zstd("ab") + skippable + zstd("c")) == "abc");
  CHECK(read_all(skippable).empty());
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, 28);
  const std::string text(3U << 20, 'x');
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  while (ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_end) != 0) {
  }
  packed.resize(out.pos);
  char read[4];
  CHECK(open_memory(packed)->read(read, 4) == 4);
  const auto small = open_memory(packed, {.max_window_bytes = 1U << 20});
  CHECK_THROWS_WITH(small->read(read, 4), ContainsSubstring("max_window_bytes"));
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
  const StopAt stop(1);
  CHECK(code_of([] { open_memory("1"); }) == ErrorCode::Interrupted);
}

TEST_CASE("a broken first line is a line of its own where the name promises lines", "[json]") {
  for (const std::string text : {"{\"a\":1\n{\"b\":2}\n", "{\n{\n", "[1,\n2\n"}) {
    CAPTURE(text);
    CHECK(split_lines(text + "{}\n").documents.size() == 3);
  }
  CHECK(split_lines("{\n  \"a\": 1,\n  \"b\": 2\n}\n").documents.size() == 1);
  CHECK(split_lines("[\n{},\n{},\n{}]").documents.size() == 3);
  CHECK(split("{\"a\":1\n{\"b\":2}\n").documents.size() == 1);
  // Longer than what is looked at: only the first line can be judged.
  SplitLimits limits;
  limits.block_bytes = 16;
  const std::string rest = "\"a\": \"" + std::string(40, 'x') + "\"\n}";
  CHECK(split_lines("{\n" + rest, limits).documents.size() == 1);
  CHECK(split_lines("{ \"b\": 1,\n" + rest, limits).documents.size() == 3);
}

TEST_CASE("an array is read the same whatever its size and line breaks", "[json]") {
  const std::vector<std::string> arrays = {"[{},{},{}]", "[{},\n{},\n{}]\n", "[\n{},\n{},\n{}\n]",
                                           "[{\n},{},\n {}]"};
  for (const std::string& text : arrays) {
    for (const std::size_t block : {1, 3, 5, 1 << 20}) {
      CAPTURE(text, block);
      SplitLimits limits;
      limits.block_bytes = block;
      CHECK(split(text, Format::Auto, limits).documents.size() == 3);
      CHECK(split_with(text, {Format::Auto, false, true, {}}, limits).documents.size() == 3);
      const bool is_line = text.find('\n') == std::string::npos;
      CHECK(split_lines(text, limits).documents.size() == (is_line ? 1 : 3));
    }
  }
}

TEST_CASE("what looks like one array until text follows it is told", "[json]") {
  SplitLimits limits;
  limits.block_bytes = 4;
  const auto right_format = [&](const std::string& text) {
    try {
      split(text, Format::Auto, limits);
    } catch (const FormatMistaken& mistaken) {
      return mistaken.format();
    }
    return Format::Auto;
  };
  CHECK(right_format("[1,2,3]\n[4]\n") == Format::Lines);
  CHECK(right_format("[1,\n2,3]\n[4]\n") == Format::Values);
  CHECK(right_format("[1,2,3] 4") == Format::Values);
  CHECK(right_format("[1,2,3]\n \n") == Format::Auto);
}

TEST_CASE("records behind separators are documents", "[json]") {
  CHECK(split("\x1E{\"a\":1}\n\x1E[2]\n\x1E{\n\"b\":3}\n").documents ==
        Texts{"{\"a\":1}", "[2]", "{\n\"b\":3}"});
  CHECK(split("\x1E\x1E"
              "1\n",
              Format::Records)
            .documents == Texts{"1"});
}

TEST_CASE("where broken elements are skipped, the others are found", "[json]") {
  const auto kept = [](const std::string& text) { return split_skipping(text).documents; };
  for (const std::string text :
       {"[1,\n{\"a\"},\n3]", "[\n1,\n{\"a\"},\n3\n]\n", " [1,{\"a\"},3] \n"}) {
    CAPTURE(text);
    CHECK(kept(text) == Texts{"1", "{\"a\"}", "3"});
  }
  // A bracket or quote lacks, or is of the wrong kind.
  CHECK(kept(R"([{"a":[1,2},{"b":1}])") == Texts{R"({"a":[1,2})", R"({"b":1})"});
  CHECK(kept("[{\"a\":{\"c\":1},\n{\"b\":1}]") == Texts{"{\"a\":{\"c\":1},", "{\"b\":1}"});
  CHECK(kept("[{\"a\":1],\n{\"b\":1}]") == Texts{"{\"a\":1],", "{\"b\":1}"});
  CHECK(kept(R"([{"a":1],2,"c":3},{"b":1}])") == Texts{R"({"a":1],2,"c":3})", R"({"b":1})"});
  CHECK(kept("[{\"a\":\"x},\n{\"b\":1}]") == Texts{"{\"a\":\"x},", "{\"b\":1}"});
  CHECK(kept(R"([{"l":[{"a":{"c":1},{"d":1}],"e":2},{"b":1}])").back() == R"({"b":1})");
  // Something lacks between elements.
  const Found comma = split_skipping("[1,2,]");
  CHECK(comma.documents == Texts{"1", "2"});
  CHECK(comma.faults == Texts{"expected a value"});
  CHECK(split_skipping("[{} {}]").faults == Texts{"expected ',' or ']' after an element"});
  CHECK(split_skipping("[,{}]").documents == Texts{"{}"});
  CHECK(split_skipping("[{}").faults == Texts{"the array does not end"});
  CHECK(split_skipping("[{}] x", Format::Array).faults.size() == 1);
}

TEST_CASE("one broken element costs no other", "[json]") {
  std::mt19937_64 random(random_seed());
  const std::string element =
      R"({"i":#,"s":"a, {b} [c]","l":[1,[2],{"x":3}],"o":{"p":{"q":"r"}},"e":[]})";
  const auto at_random = [&](std::size_t count) { return random() % count; };
  for (int round = 0; round < 300; ++round) {
    Texts elements;
    for (int i = 0; i < 6; ++i) {
      elements.push_back(element);
      elements.back().replace(elements.back().find('#'), 1, std::to_string(i));
    }
    std::string& broken = elements[at_random(elements.size())];
    const std::string was = broken;
    while (broken == was || !find_fault(broken)) {
      broken = was;
      const std::size_t place = broken.find_first_of("{}[]\",:", at_random(broken.size()));
      if (place != std::string::npos && place > 0) broken.erase(place, 1);
    }
    std::string text = "[";
    for (const std::string& each : elements) text += (text.size() > 1 ? ",\n" : "") + each;
    CAPTURE(broken);
    Texts whole;
    for (const std::string& each : split_skipping(text + "]").documents)
      if (!find_fault(each)) whole.push_back(each);
    elements.erase(std::find(elements.begin(), elements.end(), broken));
    CHECK(whole == elements);
  }
}

TEST_CASE("trees are found within documents", "[json]") {
  const auto at = [](const std::string& text, const std::vector<std::string>& path,
                     std::size_t block = 1U << 20) {
    SplitLimits limits;
    limits.block_bytes = block;
    return split_with(text, {Format::Auto, false, false, path}, limits).documents;
  };
  const std::string deep =
      R"({"n":1,"skip":{"data":[7]},"data":{"x":[8],"items":[{"a":1}, 2 ,[3]],"more":"]"},"z":null})";
  for (const std::size_t block : {1, 4, 7, 1 << 20}) {
    CAPTURE(block);
    CHECK(at(deep, {"data", "items"}, block) == Texts{"{\"a\":1}", "2", "[3]"});
    CHECK(at(deep + "\n" + deep, {"data", "items"}, block).size() == 6);
    CHECK(at("[" + deep + "," + deep + "]", {"data", "items"}, block).size() == 6);
    CHECK(at(R"({"r":{"k":{"a":1}, "l" : 2}})", {"r"}, block) == Texts{"{\"a\":1}", "2"});
  }
  CHECK(at(R"({"r":[]}{"r":{}}{"r":null})", {"r"}).empty());
  CHECK_THROWS_WITH(at(R"({"a":1})", {"r"}), ContainsSubstring("has no 'r'"));
  CHECK_THROWS_WITH(at(R"({"r":5})", {"r"}), ContainsSubstring("'r' is no array or object"));
  CHECK_THROWS_WITH(at(R"([1])", {"r"}), ContainsSubstring("must be an object"));
  CHECK_THROWS_WITH(at(R"({"a":tru,"r":[]})", {"r"}), ContainsSubstring("byte 6: unknown word"));
  CHECK_THROWS_WITH(at(R"({"r":[1])", {"r"}), ContainsSubstring("does not end"));
  CHECK_THROWS_WITH(at(R"({"r":[1)", {"r"}), ContainsSubstring("does not end"));
  CHECK_THROWS_WITH(at(R"({"r":[1] "s":2})", {"r"}), ContainsSubstring("expected ',' or '}'"));
}

TEST_CASE("text of other formats is called by its name", "[json]") {
  const std::pair<std::string, const char*> files[] = {
      {"\xFD" + std::string("7zXZ\0", 5), "xz"},
      {"BZh91AY", "bzip2"},
      {"PAR1....", "Parquet"},
      {"PK\x03\x04....", "zip"},
      {"ARROW1", "Arrow"},
      {std::string("SQLite format 3\0", 16), "SQLite"},
      {std::string("{\0\"\0", 4), "UTF-16"},
      {"\xFF\xFE{", "UTF-16"},
      {std::string(257, 'x') + "ustar", "tar"},
      {"\x04\x22\x4D\x18..", "lz4"},
      {"id,name\n1,x\n", "CSV"},
      {gzip(gzip("{}")), "gzip"},
  };
  for (const auto& [text, name] : files) CHECK_THROWS_WITH(split(text), ContainsSubstring(name));
  CHECK(split_skipping("id,name\n1,x\n").documents.size() == 2);
}

TEST_CASE("a file's name may promise lines", "[json]") {
  for (const char* name : {"a.jsonl", "/x/a.ndjson", "a.jl", "a.jsonl.gz", "a.ndjson.zst"}) {
    CHECK(names_lines(name));
  }
  for (const char* name : {"a.json", "jsonl", "a.jsonl.txt", "a.gz", ""})
    CHECK_FALSE(names_lines(name));
}
