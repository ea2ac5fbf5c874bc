#include "engine/exec/rows/column_spool.h"

#include <random>
#include <string>
#include <vector>

#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/vector_builder.h"
#include "tests/unit/catch.h"

namespace arbors::exec {
namespace {

batch::VectorPtr any_values(std::mt19937& random, std::uint32_t rows) {
  batch::VectorBuilder builder(rows);
  const unsigned kinds = 1 + random() % 7;
  for (std::uint32_t row = 0; row < rows; ++row) {
    switch (random() % kinds) {
      case 0:
        builder.append_integer(static_cast<std::int64_t>(random()) - 5);
        break;
      case 1:
        builder.append_text("text " + std::to_string(random() % 90));
        break;
      case 2:
        builder.append_null();
        break;
      case 3:
        builder.append_real(static_cast<double>(random()) / 8);
        break;
      case 4:
        builder.append_json(R"({"a":[1,)" + std::to_string(random() % 9) + "]}");
        break;
      case 5:
        builder.append_bool(random() % 2 == 0);
        break;
      default:
        builder.append_text("");
    }
  }
  return builder.finish();
}

// Appends the trees of a batch of two columns, as text.
void append_values(batch::BatchReader& batch, std::vector<std::string>& trees) {
  const batch::VectorPtr first = batch.column(1), second = batch.column(2);
  for (std::uint32_t row = 0; row < batch.trees(); ++row) {
    std::string& tree = trees.emplace_back();
    batch::write_value(*first, row, tree);
    tree += ", ";
    batch::write_value(*second, row, tree);
  }
}

}  // namespace

TEST_CASE("batches come out of a spool as they went in, from memory and from a file", "[exec]") {
  std::mt19937 random(7);
  for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{20'000}, UINT64_MAX}) {
    ColumnSpool spool(memory);
    std::vector<std::shared_ptr<ColumnBatch>> batches;
    for (const std::uint32_t rows : {1U, 700U, 0U, 40'000U, 16'384U}) {
      const std::vector<NamedColumn> columns = {{"a", any_values(random, rows)},
                                                {"", any_values(random, rows)}};
      batches.push_back(std::make_shared<ColumnBatch>(columns, rows));
      spool.add(batches.back());
    }
    const TreeSourcePtr source = spool.finish();
    REQUIRE(source->trees() == 57'085);
    std::vector<std::string> read, added;
    for (const auto& batch : batches) append_values(*batch, added);
    for (const Segment& segment : source->segments()) {
      const batch::BatchReaderPtr batch = source->open_batch(segment.batch);
      REQUIRE(batch->trees() == segment.count);
      append_values(*batch, read);
    }
    CHECK(read == added);
  }
}

}  // namespace arbors::exec
