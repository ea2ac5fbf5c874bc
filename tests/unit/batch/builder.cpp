#include <algorithm>
#include <thread>

#include "engine/batch/build/batch_builder.h"
#include "engine/json/input/document_splitter.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/fault.h"
#include "tests/unit/batch/builder_random.h"
#include "tests/unit/batch/builder_reference.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace arbors::batch;

namespace {

BuiltBatch build(const std::vector<std::string>& documents, PathDictionary& paths,
                 const BuilderLimits& limits = {}) {
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  return build_batch(views, paths, limits);
}

void check_round_trip(const std::vector<std::string>& documents, const BuilderLimits& limits = {}) {
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, limits);
  check_sizes(batch, paths);
  const auto trees = rebuild_trees(batch, paths);
  REQUIRE(trees.size() == documents.size());
  for (std::size_t i = 0; i < trees.size(); ++i) {
    if (trees[i] != json::normalize(documents[i])) {
      INFO("document " << i << ": " << documents[i]);
      CHECK(trees[i] == json::normalize(documents[i]));
    }
  }
}

std::vector<std::string> built_documents(unsigned seed, std::size_t count) {
  RandomDocuments random(seed);
  std::vector<std::string> documents;
  while (documents.size() < count) documents.push_back(random.value());
  return documents;
}

std::vector<std::string> path_texts(const PathDictionary& paths) {
  std::vector<std::string> texts;
  for (PathId id = 0; id < paths.size(); ++id) texts.push_back(paths.text(id));
  return texts;
}

json::Slice slice_of(const std::string& text) {
  auto input = json::open_memory(text);
  json::DocumentSplitter splitter(*input, {json::Format::Lines, false, false, {}});
  return std::move(*splitter.next());
}

}  // namespace

TEST_CASE("A batch gives back the trees it was built from", "[builder]") {
  check_round_trip({R"({"a":1,"b":{"c":[1,2.5,"x",null,true]}})", R"({"b":{"c":[]},"a":"s"})", "[]",
                    "{}", "7", R"("text")", "null", R"([[1],[2,[3]],{"k":[{}]}])"});
}

TEST_CASE("Columns come in order of first appearance and are dense", "[builder]") {
  PathDictionary paths;
  const BuiltBatch batch = build({R"({"b":1,"a":[{"x":1},{"y":"t"}]})", R"({"c":2.5})"}, paths);
  CHECK(path_texts(paths) ==
        std::vector<std::string>{"", "b", "a", "a[*]", "a[*].x", "a[*].y", "c"});
  REQUIRE(batch.columns.size() == 7);
  CHECK(batch.columns[1].integers == std::vector<std::int64_t>{1});
  CHECK(batch.columns[1].tags == std::vector<std::uint8_t>{4, 0});
  CHECK(batch.columns[5].tags == std::vector<std::uint8_t>{0, 7});
  CHECK(batch.columns[0].shapes.size() == 2);
  CHECK(batch.trees == 2);
}

TEST_CASE("Of duplicate keys the first's place and the last's value stay", "[builder]") {
  PathDictionary paths;
  const BuiltBatch batch =
      build({R"({"a":{"x":1},"b":2,"a":[3,{"y":1,"y":2}]})", R"({"b":1,"\u0062":2})"}, paths);
  check_sizes(batch, paths);
  CHECK(rebuild_trees(batch, paths) ==
        std::vector<std::string>{R"({"a":[3,{"y":2}],"b":2})", R"({"b":2})"});
  CHECK(paths.find_key(paths.find_key(kRootPath, "a"), "x") == kNoPath);
}

TEST_CASE("Random documents survive whatever the limits are", "[builder]") {
  const auto documents = built_documents(GENERATE(range(1U, 5U)), 300);
  check_round_trip(documents);
  for (const std::size_t paths : {0, 1, 2, 7, 40}) {
    INFO("max_paths " << paths);
    check_round_trip(documents, {.max_paths = paths, .most_paths = paths});
  }
  for (const std::size_t depth : {0, 1, 2, 3}) check_round_trip(documents, {.max_depth = depth});
  for (const std::size_t keys : {0, 2}) check_round_trip(documents, {.max_keys = keys});
}

TEST_CASE("A document that fails leaves no trace", "[builder]") {
  const auto documents = built_documents(77, 400);
  RandomDocuments random(5);
  const BuilderLimits limits{.max_paths = GENERATE(std::size_t{60}, std::size_t{2000}),
                             .most_paths = 2000};
  PathDictionary clean_paths, paths;
  const BuiltBatch clean = build(documents, clean_paths, limits);
  BatchBuilder builder(limits);
  std::size_t refused = 0;
  for (const std::string& document : documents) {
    // Cuts or breaks another document, adds that first, and expects what is left to be the same.
    std::string broken = R"({"new key":[{"deep":1}],"a":)" + random.object();
    broken += random.below(2) == 0 ? "" : ",\"b\" 1}";
    if (json::find_fault(broken)) {
      CHECK_THROWS_AS(builder.add(broken), DocumentError);
      ++refused;
    }
    builder.add(document);
  }
  CHECK(refused == documents.size());
  SharedPaths shared(paths);
  const BuiltBatch batch = builder.finish(shared, 0);
  check_sizes(batch, paths);
  CHECK(rebuild_trees(batch, paths) == rebuild_trees(clean, clean_paths));
  CHECK(path_texts(paths) == path_texts(clean_paths));
  REQUIRE(batch.columns.size() == clean.columns.size());
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    CHECK(batch.columns[i].shapes == clean.columns[i].shapes);
    CHECK(batch.columns[i].strings.pool.heap == clean.columns[i].strings.pool.heap);
    CHECK(batch.columns[i].strings.codes == clean.columns[i].strings.codes);
  }
}

TEST_CASE("A map is kept as text and a record is not", "[builder]") {
  std::vector<std::string> maps, records;
  for (int i = 0; i < 100; ++i) {
    maps.push_back(R"({"id":)" + std::to_string(i) + R"(,"map":{"key)" + std::to_string(i) +
                   R"(":{"v":1,"w":[2]}}})");
    std::string record = "{";
    for (int k = 0; k < 300; ++k) {
      record += (k > 0 ? ",\"f" : "\"f") + std::to_string(k) + "\":" + std::to_string(i);
    }
    records.push_back(record + '}');
  }
  PathDictionary paths;
  const BuiltBatch map = build(maps, paths);
  check_sizes(map, paths);
  CHECK(map.columns.size() == 3);
  check_round_trip(maps);
  PathDictionary record_paths;
  CHECK(build(records, record_paths).columns.size() == 301);
}

TEST_CASE("Beyond the path limit the heaviest path is folded, the others stay columns",
          "[builder]") {
  std::vector<std::string> documents;
  for (int i = 0; i < 200; ++i) {
    std::string odd = R"(,"odd":{)";
    for (int k = 0; k < 30; ++k) {
      odd += (k > 0 ? ",\"o" : "\"o") + std::to_string(i / 20) + '_' + std::to_string(k) + "\":1";
    }
    documents.push_back(R"({"id":)" + std::to_string(i) + R"(,"name":"n")" +
                        (i % 20 == 0 ? odd + '}' : "") + '}');
  }
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, {.max_paths = 100});
  check_sizes(batch, paths);
  CHECK(paths.find_key(kRootPath, "id") != kNoPath);
  CHECK(batch.columns.size() == 4);
  check_round_trip(documents, {.max_paths = 100});
}

namespace {

bool is_column(const BuiltBatch& batch, const PathDictionary& paths, const char* path) {
  const PathId id = paths.find_key(kRootPath, path);
  return std::any_of(batch.columns.begin(), batch.columns.end(),
                     [&](const ColumnBuffer& column) { return column.path == id; });
}

}  // namespace

TEST_CASE("Documents with more keys than paths are looked for keep their columns", "[builder]") {
  const bool nested = GENERATE(false, true);
  std::vector<std::string> documents;
  for (int i = 0; i < 50; ++i) {
    std::string document = R"({"id":)" + std::to_string(i);
    for (int group = 0; group < 20; ++group) {
      if (nested) document += ",\"g" + std::to_string(group) + "\":{\"first\":0";
      for (int k = 0; k < 20; ++k)
        document += ",\"k" + std::to_string(group * 20 + k) + "\":" + std::to_string(i % (k + 1));
      if (nested) document += '}';
    }
    documents.push_back(document + '}');
  }
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, {.max_paths = 100, .most_paths = 1000});
  check_sizes(batch, paths);
  CHECK(batch.columns.size() == (nested ? 442 : 402));
  check_round_trip(documents, {.max_paths = 100, .most_paths = 1000});
  // Too many however dense they are: the groups become text, a flat root as a whole.
  PathDictionary few;
  const BuiltBatch folded = build(documents, few, {.max_paths = 100, .most_paths = 200});
  CHECK(is_column(folded, few, "id") == nested);
  check_round_trip(documents, {.max_paths = 100, .most_paths = 200});
}

TEST_CASE("A few trees with thousands of keys are kept whole, many are not", "[builder]") {
  const int trees = GENERATE(1, 5, 20);
  std::vector<std::string> documents;
  for (int i = 0; i < trees; ++i) {
    std::string document = R"({"id":)" + std::to_string(i);
    for (int k = 0; k < 30; ++k)
      document += ",\"k" + std::to_string(k) + R"(":{"name":"n","list":[1,{"x":2}]})";
    documents.push_back(document + '}');
  }
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, {.max_paths = 100});
  check_sizes(batch, paths);
  CHECK(is_column(batch, paths, "id") == (trees == 20));
  check_round_trip(documents, {.max_paths = 100});
}

TEST_CASE("Where most of an object's members were folded the next ones are kept as text",
          "[builder]") {
  std::vector<std::string> documents;
  for (int i = 0; i < 300; ++i) {
    std::string document = "{\"id" + std::to_string(i) + "\":{\"a\":1";
    for (int k = 0; k < 9; ++k)
      document += ",\"k" + std::to_string(k) + R"(":{"x":)" + std::to_string(i) + "}";
    documents.push_back(document + "}}");
  }
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, {.max_paths = 100, .most_paths = 1000});
  check_sizes(batch, paths);
  CHECK(is_column(batch, paths, "id299"));
  CHECK(paths.children(paths.find_key(kRootPath, "id299")).empty());
  check_round_trip(documents, {.max_paths = 100, .most_paths = 1000});
}

TEST_CASE("Rare objects are folded, the paths beside them stay columns", "[builder]") {
  const BuilderLimits limits =
      GENERATE(BuilderLimits{.max_paths = 100}, BuilderLimits{.max_paths = 100, .most_paths = 150});
  std::vector<std::string> documents;
  for (int i = 0; i < 2000; ++i) {
    std::string rare = ",\"r" + std::to_string(i % 60) + "\":{\"x\":1";
    for (int k = 0; k < 9; ++k)
      rare += ",\"y" + std::to_string(k) + "\":[" + std::to_string(i) + "]";
    documents.push_back(R"({"id":)" + std::to_string(i) + R"(,"often":{"a":1,"b":"t"})" + rare +
                        "}}");
  }
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, limits);
  check_sizes(batch, paths);
  CHECK(is_column(batch, paths, "id"));
  CHECK(is_column(batch, paths, "r59"));
  CHECK(paths.find_key(paths.find_key(kRootPath, "often"), "b") != kNoPath);
  CHECK(batch.columns.size() <= 1 + limits.most_paths);
  check_round_trip(documents, limits);
}

TEST_CASE("What would take too much memory as columns is folded", "[builder]") {
  std::vector<std::string> documents;
  for (int i = 0; i < 400; ++i)
    documents.push_back(R"({"id":0,"u)" + std::to_string(i) + R"(":{"v":)" + std::to_string(i) +
                        "}}");
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths, {.most_cells = 10'000});
  check_sizes(batch, paths);
  CHECK(batch.columns.size() * batch.trees <= 10'000 + batch.trees);
  check_round_trip(documents, {.most_cells = 10'000});
}

TEST_CASE("Texts that rarely repeat leave their dictionary", "[builder]") {
  std::vector<std::string> documents;
  for (int i = 0; i < 3000; ++i) {
    documents.push_back(R"({"few":"f)" + std::to_string(i % 7) + R"(","many":"m)" +
                        std::to_string(i) + R"("})");
  }
  PathDictionary paths;
  const BuiltBatch batch = build(documents, paths);
  CHECK(batch.columns[1].strings.dictionary);
  CHECK(batch.columns[1].strings.pool.size() == 7);
  CHECK_FALSE(batch.columns[2].strings.dictionary);
  CHECK(batch.columns[2].strings.pool.size() == 3000);
  check_round_trip(documents);
}

TEST_CASE("Rejected documents of a slice are named by line and byte", "[builder]") {
  const std::string text = "{\"a\":1}\n\n{\"a\":}\n{\"a\":\"x\ty\"}\n  {\"a\":3}\n{\"a\":4,}";
  json::Slice slice = slice_of(text);
  BatchBuilder builder;
  auto rejected = builder.add_slice(slice, BatchBuilder::OnError::Skip);
  CHECK(builder.trees() == 2);
  REQUIRE(rejected.size() == 3);
  CHECK(rejected[0].line == 3);
  CHECK(rejected[0].byte == 15);
  CHECK(rejected[0].reason == "expected a value, not '}'");
  CHECK(rejected[1].line == 4);
  CHECK(text[rejected[1].byte - 1] == '\t');
  CHECK(rejected[2].line == 6);
  BatchBuilder stopping;
  rejected = stopping.add_slice(slice, BatchBuilder::OnError::Stop);
  CHECK(rejected.size() == 1);
  CHECK(stopping.trees() == 1);
}

TEST_CASE("A line cannot borrow its end from the next line", "[builder]") {
  json::Slice slice = slice_of("{\"a\":1\n,\"b\":2}\n[1,\n2]\n\"x\"\n1\n");
  BatchBuilder builder;
  CHECK(builder.add_slice(slice, BatchBuilder::OnError::Skip).size() == 4);
  CHECK(builder.trees() == 2);
}

TEST_CASE("Slices and single documents build the same batch", "[builder]") {
  const auto documents = built_documents(9, 2000);
  std::string text;
  for (const auto& document : documents) text += document + "\n";
  json::Slice slice = slice_of(text);
  REQUIRE(slice.documents().size() == documents.size());
  BatchBuilder builder;
  CHECK(builder.add_slice(slice, BatchBuilder::OnError::Stop).empty());
  PathDictionary paths, single_paths;
  SharedPaths shared(paths);
  CHECK(rebuild_trees(builder.finish(shared, 0), paths) ==
        rebuild_trees(build(documents, single_paths), single_paths));
  CHECK(path_texts(paths) == path_texts(single_paths));
  CHECK(slice.text() == std::string_view(text).substr(0, slice.text().size()));
}

TEST_CASE("Depth: a thousand levels are kept, more than the limit are an error", "[builder]") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  check_round_trip({nested(1000), nested(2000)});
  std::string objects;
  for (int i = 0; i < 1500; ++i) objects += "{\"k\":";
  check_round_trip({objects + "1" + std::string(1500, '}')});
  BatchBuilder builder;
  CHECK_THROWS_WITH(builder.add(nested(2001)), "nested deeper than 2000 levels");
  CHECK_THROWS_WITH(builder.add(std::string(1000000, '[')), "nested deeper than 2000 levels");
  CHECK(builder.trees() == 0);
}

TEST_CASE("An Arbor's path cap folds what would pass it", "[builder]") {
  PathDictionary paths;
  SharedPaths shared(paths, 4);
  BatchBuilder builder;
  builder.add(R"({"a":1,"b":{"c":1,"d":2,"e":[1,2]},"f":[3]})");
  const BuiltBatch batch = builder.finish(shared, 0);
  CHECK(paths.size() <= 4);
  CHECK(rebuild_trees(batch, paths) ==
        std::vector<std::string>{R"({"a":1,"b":{"c":1,"d":2,"e":[1,2]},"f":[3]})"});
}

TEST_CASE("Paths are numbered as if batches came one after another", "[builder]") {
  PathDictionary paths;
  SharedPaths shared(paths);
  const auto work = [&](std::uint64_t first) {
    for (std::uint64_t sequence = first; sequence < 40; sequence += 2) {
      BatchBuilder builder;
      builder.add("{\"same\":1,\"k" + std::to_string(sequence / 3) + "\":2}");
      builder.finish(shared, sequence);
    }
  };
  std::thread odd(work, 1);
  work(0);
  odd.join();
  std::vector<std::string> expected = {"", "same"};
  for (int i = 0; i <= 13; ++i) expected.push_back("k" + std::to_string(i));
  CHECK(path_texts(paths) == expected);
}

TEST_CASE("Giving up wakes a thread that waits for its turn", "[builder]") {
  PathDictionary paths;
  SharedPaths shared(paths);
  ErrorCode code = ErrorCode::Invalid;
  std::thread waiting([&] {
    BatchBuilder builder;
    builder.add(R"({"new":1})");
    try {
      builder.finish(shared, 1);
    } catch (const Error& error) {
      code = error.code();
    }
  });
  shared.abort();
  waiting.join();
  CHECK(code == ErrorCode::Interrupted);
}
