#include "engine/batch/trees/tree_writer.h"

#include <algorithm>
#include <random>

#include "engine/base/error.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/columns/memory_batch.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

std::vector<std::string> written_documents(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < count; ++i) documents.push_back(random_document(random));
  return documents;
}

void require_written(BatchReader& batch, const std::vector<std::string>& documents) {
  TreeWriter writer(batch);
  std::string text;
  for (std::uint32_t row = 0; row < documents.size(); ++row) {
    text.clear();
    writer.write_tree(row, text);
    REQUIRE(text == documents[row]);
  }
}

// A batch of one column that a damaged file may hold.
MemoryBatch batch_of(ColumnBuffer column, std::shared_ptr<PathDictionary> paths) {
  auto built = std::make_shared<BuiltBatch>();
  built->trees = static_cast<std::uint32_t>(column.tags.size());
  built->columns.push_back(std::move(column));
  return MemoryBatch(std::move(built), std::move(paths));
}

// A batch that gives every column without the rows that lack it.
class SparseBatch : public BatchReader {
 public:
  explicit SparseBatch(BatchReaderPtr batch) : batch_(std::move(batch)) {}
  std::uint32_t trees() const override { return batch_->trees(); }
  const PathDictionary& paths() const override { return batch_->paths(); }
  const Statistics* statistics(PathId path) override { return batch_->statistics(path); }
  void load(std::span<const PathId> paths) override { batch_->load(paths); }
  VectorPtr column(PathId path) override { return batch_->column(path); }
  SparseColumnPtr sparse_column(PathId path) override {
    const VectorPtr column = batch_->column(path);
    if (!column) return nullptr;
    EncodedColumn encoded;
    encode_column(make_buffer(*column, path), encoded);
    return decode_sparse_column(encoded.data, column->rows, paths().size()).column;
  }

 private:
  BatchReaderPtr batch_;
};

}  // namespace

TEST_CASE("trees come back from columns without the rows that lack them", "[batch]") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const auto documents = written_documents(seed, 100);
    const KeepOpaque keep = [&](PathId, unsigned depth) { return depth >= seed % 6 + 1; };
    SparseBatch batch(naive_batch(documents, keep));
    require_written(batch, documents);
    TreeWriter backwards(batch);
    for (std::uint32_t row = batch.trees(); row-- > 0;) {
      std::string text;
      backwards.write_tree(row, text);
      REQUIRE(text == documents[row]);
    }
  }
}

TEST_CASE("trees come back as they came in, shredded or opaque, stored or not", "[batch]") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const auto documents = written_documents(seed, 100);
    const KeepOpaque keep = [&](PathId, unsigned depth) { return depth >= seed % 6; };
    require_written(*naive_batch(documents, keep), documents);
    require_written(*stored_batch(documents, keep), documents);
  }
}

TEST_CASE("a thousand levels are written", "[batch]") {
  std::string document;
  for (int i = 0; i < 500; ++i) document += R"({"k":[)";
  document += "1";
  for (int i = 0; i < 500; ++i) document += "]}";
  require_written(*naive_batch({document}), {document});
}

TEST_CASE("a value inside a tree is written alone; a missing one writes nothing", "[batch]") {
  const BatchReaderPtr batch = naive_batch({R"({"a":{"b":[1,2.5,"x"]}})", R"({"c":null})"});
  const PathId a = batch->paths().find_key(kRootPath, "a");
  const PathId b = batch->paths().find_key(a, "b");
  TreeWriter writer(*batch);
  std::string text;
  REQUIRE(writer.write(a, 0, text));
  REQUIRE(text == R"({"b":[1,2.5,"x"]})");
  text.clear();
  REQUIRE(writer.write(batch->paths().find_element(b), 2, text));
  REQUIRE(text == R"("x")");
  text.clear();
  REQUIRE_FALSE(writer.write(b, 1, text));
  REQUIRE(writer.write(batch->paths().find_key(kRootPath, "c"), 1, text));
  REQUIRE(text == "null");
}

TEST_CASE("whole trees are counted", "[batch]") {
  const BatchReaderPtr batch = naive_batch({"{}", "[]", "1"});
  Counters counters;
  TreeWriter writer(*batch, &counters);
  std::string text;
  for (std::uint32_t row = 0; row < 3; ++row) writer.write_tree(row, text);
  REQUIRE(text == "{}[]1");
  REQUIRE(counters.materialize_calls == 3);
}

TEST_CASE("the paths to write are those below that occur in the batch", "[batch]") {
  const BatchReaderPtr batch = naive_batch({R"({"a":{"b":[1]},"c":2})"});
  const PathId a = batch->paths().find_key(kRootPath, "a");
  REQUIRE(paths_to_write(*batch, kRootPath).size() == 5);
  REQUIRE(paths_to_write(*batch, a).size() == 3);
  REQUIRE(paths_to_write(*batch, a).front() == a);
}

TEST_CASE("columns that contradict each other are corruption", "[batch]") {
  auto paths = std::make_shared<PathDictionary>();
  const PathId a = paths->intern_key(kRootPath, "a");
  paths->intern_element(kRootPath);
  std::string text;

  ColumnBuffer circle;
  circle.tags = {static_cast<std::uint8_t>(Tag::Object)};
  circle.shape_of = {0};
  circle.shapes = {{kRootPath}};
  MemoryBatch circular = batch_of(circle, paths);
  REQUIRE_THROWS_AS(TreeWriter(circular).write_tree(0, text), Error);

  ColumnBuffer array;
  array.tags = {static_cast<std::uint8_t>(Tag::Array)};
  array.lengths = {3};
  MemoryBatch without_elements = batch_of(array, paths);
  REQUIRE_THROWS_AS(TreeWriter(without_elements).write_tree(0, text), Error);

  ColumnBuffer foreign = circle;
  foreign.path = a;
  foreign.shapes = {{a}};
  MemoryBatch own_child = batch_of(foreign, paths);
  REQUIRE_THROWS_AS(TreeWriter(own_child).write(a, 0, text), Error);

  ColumnBuffer twice = circle;
  twice.shapes = {{a, a}};
  MemoryBatch repeated = batch_of(twice, paths);
  REQUIRE_THROWS_AS(TreeWriter(repeated).write_tree(0, text), Error);
}

}  // namespace arbors::batch
