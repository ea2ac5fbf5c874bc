#include "sql/state/patched_batch.h"

#include <algorithm>
#include <random>

#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/trees/tree_writer.h"
#include "engine/json/edit/edit.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace arbors::store;

namespace {

std::vector<std::string> random_documents(std::mt19937& random, std::size_t count) {
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < count; ++i) documents.push_back(batch::random_document(random));
  return documents;
}

PendingBlock block_of(const std::vector<std::string>& documents, PathDictionary& paths) {
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  return {0, std::make_shared<const batch::BuiltBatch>(batch::build_batch(views, paths)), 0,
          std::make_shared<SharedStatistics>()};
}

// A stored batch, two blocks of pending trees, and rows of the first that those replace.
struct Patched {
  explicit Patched(unsigned seed) : random(seed) {
    documents = random_documents(random, 60);
    const batch::KeepOpaque keep = [&](PathId, unsigned depth) { return depth >= seed % 6; };
    auto stored =
        std::make_shared<const batch::BuiltBatch>(batch::naive_build(documents, *paths, keep));
    auto facts = std::make_shared<PatchedFacts>();
    facts->nonce = seed;
    std::vector<std::vector<std::string>> texts;
    for (unsigned block = 0; block < 2; ++block) {
      texts.push_back(random_documents(random, 20));
      facts->blocks.push_back(block_of(texts.back(), *paths));
      facts->blocks.back().nonce = 1000 + block;
    }
    for (std::uint32_t row = 0; row < documents.size(); ++row) {
      if (random() % 3 != 0) continue;
      const auto part = static_cast<std::uint32_t>(random() % 2);
      const auto text = static_cast<std::uint32_t>(random() % 20);
      documents[row] = texts[part][text];
      facts->trees.rows.push_back(row);
      facts->trees.runs.push_back({part + 1, text, 1});
    }
    auto reader = std::make_shared<batch::MemoryBatch>(std::move(stored), paths);
    set_values(*reader, *facts);
    this->stored = reader;
    batch = std::make_shared<PatchedBatch>(std::move(reader), paths, std::move(facts),
                                           std::make_shared<Connection>(nullptr));
  }

  // Puts other values in the place of some, in rows that are not replaced.
  void set_values(batch::MemoryBatch& reader, PatchedFacts& facts) {
    const std::vector<std::string> values{"1",    "-7.5", "\"text\"",
                                          "null", "true", "12345678901234567890123"};
    for (unsigned block = 0; block < 2; ++block) {
      facts.value_blocks.push_back(block_of(values, *paths));
      facts.value_blocks.back().nonce = 2000 + block;
    }
    for (std::uint32_t row = 0; row < documents.size(); ++row) {
      if (std::ranges::binary_search(facts.trees.rows, row)) continue;
      for (PathId path = 1; path < paths->size(); ++path) {
        if ((*paths)[path].domain != kRootPath || random() % 2 == 0) continue;
        const Path steps = paths->path(path);
        if (!batch::holds_scalar(reader, steps, row)) continue;
        const auto part = static_cast<std::uint32_t>(random() % 2);
        const auto value = static_cast<std::uint32_t>(random() % values.size());
        documents[row] = json::with_value(documents[row], steps.steps, values[value]);
        facts.values[path].rows.push_back(row);
        facts.values[path].runs.push_back({part + 1, value, 1});
        ++values_set;
      }
    }
  }

  std::size_t values_set = 0;
  std::mt19937 random;
  std::shared_ptr<PathDictionary> paths = std::make_shared<PathDictionary>();
  std::vector<std::string> documents;
  std::shared_ptr<batch::MemoryBatch> stored;
  std::shared_ptr<PatchedBatch> batch;
};

// The rows of a column as the tags and values that they are.
std::vector<std::string> values_of(const batch::VectorPtr& vector) {
  std::vector<std::string> rows;
  for (std::uint32_t row = 0; vector != nullptr && row < vector->rows; ++row) {
    const batch::Tag tag = vector->tag(row);
    std::string text = std::to_string(static_cast<int>(tag)) + ":";
    if (tag == batch::Tag::Integer) text += std::to_string(vector->integers[row]);
    if (tag == batch::Tag::Real) text += std::to_string(vector->reals[row]);
    if ((batch::tag_bit(tag) & batch::kTextTags) != 0 || tag == batch::Tag::BigNumber ||
        tag == batch::Tag::Opaque)
      text += vector->text(row);
    if (tag == batch::Tag::Array)
      text += std::to_string(vector->starts[row + 1] - vector->starts[row]);
    if (tag == batch::Tag::Object)
      for (const PathId key : (*vector->shapes)[vector->codes[row]])
        text += std::to_string(key) + ",";
    rows.push_back(std::move(text));
  }
  return rows;
}

bool admits(const batch::Statistics& statistics, const batch::Vector& vector, std::uint32_t row) {
  const batch::Tag tag = vector.tag(row);
  if (statistics.count(tag) == 0) return false;
  if (tag == batch::Tag::Integer)
    return statistics.integer_min <= vector.integers[row] &&
           vector.integers[row] <= statistics.integer_max;
  if (tag == batch::Tag::Real)
    return statistics.real_min <= vector.reals[row] && vector.reals[row] <= statistics.real_max;
  return tag != batch::Tag::String || statistics.may_hold_string(vector.text(row));
}

}  // namespace

TEST_CASE("a batch with replaced rows and values reads as one batch", "[store]") {
  std::size_t values_set = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const Patched patched(seed);
    values_set += patched.values_set;
    batch::TreeWriter writer(*patched.batch);
    for (std::uint32_t row = 0; row < patched.documents.size(); ++row) {
      std::string text;
      writer.write_tree(row, text);
      REQUIRE(text == patched.documents[row]);
    }
  }
  CHECK(values_set > 100);
}

TEST_CASE("a column that differs in no replaced row is the stored one", "[store]") {
  std::size_t same = 0, other = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const Patched patched(seed);
    for (PathId path = 0; path < patched.paths->size(); ++path) {
      const bool differs = patched.batch->differs(path);
      ++(differs ? other : same);
      if (differs) continue;
      std::vector<std::string> stored = values_of(patched.stored->column(path));
      std::vector<std::string> now = values_of(patched.batch->spliced(path));
      const std::string missing = std::to_string(static_cast<int>(batch::Tag::Missing)) + ":";
      if (stored.empty()) stored.assign(now.size(), missing);
      if (now.empty()) now.assign(stored.size(), missing);
      REQUIRE(stored == now);
    }
  }
  CHECK(same > 20);
  CHECK(other > 100);
}

TEST_CASE("statistics of a batch with replaced rows admit all its values", "[store]") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const Patched patched(seed);
    for (PathId path = 0; path < patched.paths->size(); ++path) {
      const batch::Statistics* statistics = patched.batch->statistics(path);
      const batch::VectorPtr vector = patched.batch->column(path);
      REQUIRE((statistics == nullptr) == (vector == nullptr));
      if (statistics == nullptr) continue;
      std::uint64_t rows = 0;
      for (const std::uint32_t count : statistics->counts) rows += count;
      REQUIRE(rows == statistics->rows);
      for (std::uint32_t row = 0; row < vector->rows; ++row) {
        REQUIRE(admits(*statistics, *vector, row));
      }
    }
  }
}

TEST_CASE("texts that a column holds once are held once after it is spliced", "[store]") {
  const auto paths = std::make_shared<PathDictionary>();
  std::vector<std::string> stored(50, R"({"s":"same"})");
  stored[7] = R"({"s":"other"})";
  PendingBlock base = block_of(stored, *paths);
  auto facts = std::make_shared<PatchedFacts>();
  facts->blocks.push_back(
      block_of({R"({"s":"other"})", R"({"s":"new"})", R"({"s":"new"})"}, *paths));
  facts->trees.rows = {1, 2, 3};
  facts->trees.runs = {{1, 0, 1}, {1, 1, 1}, {1, 2, 1}};
  PatchedBatch batch(std::make_shared<batch::MemoryBatch>(base.built, paths), paths,
                     std::move(facts), std::make_shared<Connection>(nullptr));
  const batch::VectorPtr vector = batch.column(paths->find_key(kRootPath, "s"));
  REQUIRE(vector->strings->distinct);
  CHECK(vector->strings->size() == 3);
  CHECK(vector->text(1) == "other");
  CHECK(vector->text(2) == "new");
  CHECK(vector->codes[2] == vector->codes[3]);
  CHECK(vector->codes[1] == vector->codes[7]);
}
