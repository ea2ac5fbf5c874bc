#include "engine/batch/columns/column_vector.h"

#include <random>

#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/json/values/json_value.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

using namespace arbors;
using namespace arbors::batch;

namespace {

std::vector<std::string> documents_of(std::mt19937& random) {
  std::vector<std::string> documents;
  for (unsigned i = 0; i < 50; ++i) documents.push_back(random_document(random));
  return documents;
}

}  // namespace

TEST_CASE("a vector gathered into a buffer is encoded as the column that it came from", "[batch]") {
  std::mt19937 random(random_seed());
  for (unsigned round = 0; round < 30; ++round) {
    const std::vector<std::string> documents = documents_of(random);
    const std::vector<std::string_view> views(documents.begin(), documents.end());
    PathDictionary paths;
    const BuiltBatch built = build_batch(views, paths);
    for (const ColumnBuffer& buffer : built.columns) {
      EncodedColumn expected, again;
      encode_column(buffer, expected);
      const VectorPtr vector = make_vector(buffer);
      encode_column(make_buffer(*vector, buffer.path), again);
      REQUIRE(again.stats == expected.stats);
      REQUIRE(again.data == expected.data);
    }
  }
}

TEST_CASE("where a tree holds a scalar is told as its text tells it", "[batch]") {
  std::mt19937 random(random_seed());
  std::size_t scalars = 0;
  for (unsigned round = 0; round < 20; ++round) {
    const std::vector<std::string> documents = documents_of(random);
    const std::vector<std::string_view> views(documents.begin(), documents.end());
    auto paths = std::make_shared<PathDictionary>();
    const auto built = std::make_shared<const BuiltBatch>(build_batch(views, *paths));
    MemoryBatch batch(built, paths);
    for (PathId path = 1; path < paths->size(); ++path) {
      const Path steps = paths->path(path);
      if (steps.through_array()) continue;
      for (std::uint32_t row = 0; row < documents.size(); ++row) {
        if (!holds_scalar(batch, steps, row)) continue;
        const std::string_view raw = json::find_raw(documents[row], steps.steps);
        REQUIRE(!raw.empty());
        REQUIRE(raw.front() != '{');
        REQUIRE(raw.front() != '[');
        ++scalars;
      }
    }
  }
  CHECK(scalars > 100);
}
