#include "engine/batch/trees/row_reader.h"

#include <algorithm>
#include <random>

#include "engine/base/error.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/vector_ops.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

// Paths that lead to the documents' values, and some that lead nowhere or through lists.
std::vector<Path> paths_of(const PathDictionary& dictionary) {
  std::vector<Path> paths;
  for (PathId id = 0; id < dictionary.size(); ++id) paths.push_back(dictionary.path(id));
  for (const char* text : {"nowhere", "a[0]", "a[*]", "a[-1].b", "b.nowhere"})
    paths.push_back(parse_path(text));
  return paths;
}

}  // namespace

TEST_CASE("values and trees of single rows are those of the whole batch", "[batch]") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::string> documents;
    for (int i = 0; i < 40; ++i) documents.push_back(random_document(random));
    const KeepOpaque keep = [&](PathId, unsigned depth) { return depth >= seed % 6; };
    const BatchReaderPtr batch = stored_batch(documents, keep);
    BatchRows rows(batch);
    const std::vector<Path> paths = paths_of(batch->paths());
    for (int i = 0; i < 400; ++i) {
      const auto row = static_cast<std::uint32_t>(random() % documents.size());
      std::string tree = "before ";
      rows.write_tree(row, tree);
      REQUIRE(tree == "before " + documents[row]);
      const Path& path = paths[random() % paths.size()];
      const RowReader::Value value = rows.value(path, row);
      const VectorPtr all = read_path(*batch, path);
      INFO(to_text(path) << " of " << documents[row]);
      REQUIRE(value_at(*value.vector, value.row).kind == value_at(*all, row).kind);
      REQUIRE(compare(value_at(*value.vector, value.row), value_at(*all, row)) == 0);
    }
    REQUIRE(rows.held() > 0);
  }
}

TEST_CASE("a row that cannot be written leaves no column out of the rows after it", "[batch]") {
  int refused = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::string> documents;
    for (int i = 0; i < 5; ++i) documents.push_back(random_document(random));
    const std::size_t broken = seed % 4 + 1;
    std::size_t column = 0;
    const BatchReaderPtr batch = stored_batch(documents, {}, [&](EncodedColumn& stored) {
      if (column++ == broken) stored.data.clear();
    });
    BatchRows rows(batch);
    for (std::uint32_t row = 0; row < documents.size(); ++row) {
      // Each is refused or right, however often it is asked for.
      for (int again = 0; again < 2; ++again) {
        std::string tree;
        try {
          rows.write_tree(row, tree);
          REQUIRE(tree == documents[row]);
        } catch (const Error& error) {
          REQUIRE(error.code() == ErrorCode::Corrupt);
          ++refused;
        }
      }
    }
  }
  REQUIRE(refused > 0);
}

}  // namespace arbors::batch
