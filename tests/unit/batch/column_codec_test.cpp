#include "engine/batch/columns/column_codec.h"

#include <random>
#include <utility>

#include "engine/base/error.h"
#include "engine/batch/columns/column_vector.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

std::vector<std::string> encoded_documents(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < count; ++i) documents.push_back(random_document(random));
  return documents;
}

void require_equal(const Vector& left, const Vector& right) {
  REQUIRE(left.rows == right.rows);
  for (std::size_t row = 0; row < left.rows; ++row) {
    REQUIRE(left.tag(row) == right.tag(row));
    REQUIRE(left.text(row) == right.text(row));
    const Tag tag = left.tag(row);
    if (tag == Tag::Integer) REQUIRE(left.integers[row] == right.integers[row]);
    if (tag == Tag::Real || tag == Tag::BigNumber) REQUIRE(left.reals[row] == right.reals[row]);
    if (tag == Tag::Object)
      REQUIRE((*left.shapes)[left.codes[row]] == (*right.shapes)[right.codes[row]]);
  }
  REQUIRE(left.starts == right.starts);
}

// Holds the rows of a column that are not missing against the whole.
void require_some_rows(const SparseColumn& some, const Vector& all) {
  std::size_t at = 0;
  for (std::uint32_t row = 0; row < all.rows; ++row) {
    if (all.tag(row) == Tag::Missing) continue;
    REQUIRE(at < some.rows.size());
    REQUIRE(some.rows[at] == row);
    const Vector& values = *some.values;
    REQUIRE(values.tag(at) == all.tag(row));
    REQUIRE(values.text(at) == all.text(row));
    if (all.tag(row) == Tag::Integer) REQUIRE(values.integers[at] == all.integers[row]);
    if (all.tag(row) == Tag::Array)
      REQUIRE(std::pair(values.starts[at], values.starts[at + 1]) ==
              std::pair(all.starts[row], all.starts[row + 1]));
    if (all.tag(row) == Tag::Object)
      REQUIRE((*values.shapes)[values.codes[at]] == (*all.shapes)[all.codes[row]]);
    ++at;
  }
  REQUIRE(at == some.rows.size());
}

// Holds rows that were decoded alone, none an array, against the whole.
void require_picked_rows(const EncodedColumn& encoded, const Vector& all, std::size_t paths,
                         std::mt19937& random, unsigned one_in) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < all.rows; ++row)
    if (random() % one_in == 0 && all.tag(row) != Tag::Array) rows.push_back(row);
  if (rows.empty()) return;
  const VectorPtr some =
      decode_rows(encoded.data, Statistics::read(encoded.stats), paths, rows).vector;
  REQUIRE(some->rows == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Tag tag = all.tag(rows[i]);
    REQUIRE(some->tag(i) == tag);
    REQUIRE(some->text(i) == all.text(rows[i]));
    if (tag == Tag::Integer) REQUIRE(some->integers[i] == all.integers[rows[i]]);
    if (tag == Tag::Real || tag == Tag::BigNumber) REQUIRE(some->reals[i] == all.reals[rows[i]]);
    if (tag == Tag::Object)
      REQUIRE((*some->shapes)[some->codes[i]] == (*all.shapes)[all.codes[rows[i]]]);
  }
}

// Touches everything that a vector promises to be in range.
std::size_t walk(const Vector& vector) {
  std::size_t sum = vector.starts.empty() ? 0 : vector.starts.back();
  for (std::size_t row = 0; row < vector.rows; ++row) {
    for (const char byte : vector.text(row)) sum += static_cast<unsigned char>(byte);
    if (vector.tag(row) == Tag::Integer) sum += static_cast<std::size_t>(vector.integers[row]);
    if (vector.tag(row) == Tag::Real) sum += vector.reals[row] > 0;
    if (vector.tag(row) == Tag::Object) sum += (*vector.shapes)[vector.codes[row]].size();
    if (!vector.starts.empty()) REQUIRE(vector.starts[row] <= vector.starts[row + 1]);
  }
  return sum;
}

ColumnBuffer integers(std::size_t rows) {
  ColumnBuffer buffer;
  for (std::size_t i = 0; i < rows; ++i)
    buffer.integers.push_back(static_cast<std::int64_t>(i * i));
  buffer.tags.assign(rows, static_cast<std::uint8_t>(Tag::Integer));
  return buffer;
}

}  // namespace

TEST_CASE("columns of every kind come back as they were built", "[batch]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    PathDictionary paths;
    const BuiltBatch built =
        naive_build(encoded_documents(seed, 200), paths,
                    [&](PathId, unsigned depth) { return depth >= seed % 4 + 1; });
    for (const ColumnBuffer& buffer : built.columns) {
      EncodedColumn encoded;
      encode_column(buffer, encoded);
      const auto rows = static_cast<std::uint32_t>(buffer.tags.size());
      const DecodedColumn decoded = decode_column(encoded.data, rows, paths.size());
      require_equal(*decoded.vector, *make_vector(buffer));
      REQUIRE(decoded.pools == pool_count(Statistics::read(encoded.stats)));
      const DecodedSparseColumn sparse = decode_sparse_column(encoded.data, rows, paths.size());
      REQUIRE(sparse.pools == decoded.pools);
      REQUIRE(sparse.column->domain_rows == rows);
      require_some_rows(*sparse.column, *decoded.vector);
      std::mt19937 random(seed);
      for (const unsigned one_in : {1U, 4U, 60U, 200U})
        require_picked_rows(encoded, *decoded.vector, paths.size(), random, one_in);
    }
  }
}

TEST_CASE("a column of one kind has no tags and one pool", "[batch]") {
  EncodedColumn encoded;
  encode_column(integers(1000), encoded);
  const DecodedColumn decoded = decode_column(encoded.data, 1000, 1);
  REQUIRE(decoded.pools == 1);
  REQUIRE(decoded.vector->tags.empty());
  REQUIRE(decoded.vector->uniform == Tag::Integer);
  REQUIRE(decoded.vector->integers[999] == 998001);
}

TEST_CASE("a column without rows and one without values come back", "[batch]") {
  EncodedColumn encoded;
  encode_column(ColumnBuffer{}, encoded);
  REQUIRE(decode_column(encoded.data, 0, 1).vector->rows == 0);
  ColumnBuffer missing;
  missing.tags.assign(5, static_cast<std::uint8_t>(Tag::Missing));
  encode_column(missing, encoded);
  const DecodedColumn decoded = decode_column(encoded.data, 5, 1);
  REQUIRE(decoded.pools == 0);
  REQUIRE(decoded.vector->tag(4) == Tag::Missing);
}

TEST_CASE("strings of a dictionary come back sorted and distinct", "[batch]") {
  ColumnBuffer buffer;
  buffer.strings.dictionary = true;
  for (const char* text : {"pear", "apple", "fig"}) buffer.strings.pool.add(text);
  for (std::uint32_t i = 0; i < 3000; ++i)
    buffer.strings.codes.push_back(i * i % 3 == 0 ? 0 : i % 3);
  buffer.tags.assign(3000, static_cast<std::uint8_t>(Tag::String));
  EncodedColumn encoded;
  encode_column(buffer, encoded);
  const VectorPtr vector = decode_column(encoded.data, 3000, 1).vector;
  REQUIRE(vector->strings->sorted);
  REQUIRE(vector->strings->distinct);
  REQUIRE((*vector->strings)[0] == "apple");
  REQUIRE(vector->text(3) == "pear");
}

TEST_CASE("a big number is also its nearest double", "[batch]") {
  REQUIRE(nearest_real("18446744073709551616") == 18446744073709551616.0);
  REQUIRE(nearest_real("1e400") == std::numeric_limits<double>::infinity());
  REQUIRE(nearest_real("-1e400") == -std::numeric_limits<double>::infinity());
  REQUIRE(nearest_real("1e-400") == 0);
  REQUIRE(nearest_real("0." + std::string(400, '0') + "1") == 0);
  REQUIRE(nearest_real("1" + std::string(400, '0')) == std::numeric_limits<double>::infinity());
}

TEST_CASE("a changed byte is found by the checksum", "[batch]") {
  EncodedColumn encoded;
  encode_column(integers(100), encoded);
  for (std::size_t at = 0; at < encoded.data.size(); ++at) {
    Bytes damaged = encoded.data;
    damaged[at] ^= 0x10;
    REQUIRE_THROWS_AS(decode_column(damaged, 100, 1), Error);
  }
  for (std::size_t size = 0; size < encoded.data.size(); ++size)
    REQUIRE_THROWS_AS(decode_column(ByteSpan(encoded.data).first(size), 100, 1), Error);
  for (std::size_t at = 0; at < encoded.stats.size(); ++at) {
    Bytes damaged = encoded.stats;
    damaged[at] ^= 0x10;
    REQUIRE_THROWS_AS(Statistics::read(damaged), Error);
  }
}

TEST_CASE("a checksum is not computed again where another has told", "[batch]") {
  EncodedColumn encoded;
  encode_column(integers(100), encoded);
  encoded.data[0] ^= 1;  // of the checksum itself
  REQUIRE_THROWS_AS(decode_column(encoded.data, 100, 1), Error);
  CHECK(decode_column(encoded.data, 100, 1, Checksum::Known).vector->rows == 100);
}

TEST_CASE("a chunk of other rows or with unknown paths is refused", "[batch]") {
  EncodedColumn encoded;
  encode_column(integers(100), encoded);
  REQUIRE_THROWS_AS(decode_column(encoded.data, 99, 1), Error);
  PathDictionary paths;
  const BuiltBatch built = naive_build({R"({"a":{"b":1}})"}, paths);
  encode_column(built.columns[1], encoded);
  REQUIRE_NOTHROW(decode_column(encoded.data, 1, paths.size()));
  REQUIRE_THROWS_AS(decode_column(encoded.data, 1, 1), Error);
}

TEST_CASE("rows are picked where kinds are stored as runs, as exceptions or apart", "[batch]") {
  std::mt19937 random(11);
  for (const unsigned strings_one_in : {2U, 9U, 200U, 3000U}) {
    for (const bool in_runs : {false, true}) {
      ColumnBuffer buffer;
      for (std::uint32_t row = 0; row < 5000; ++row) {
        const std::uint32_t drawn = in_runs ? row / 40 % strings_one_in : random() % strings_one_in;
        if (drawn == 0) {
          buffer.strings.pool.add(std::to_string(row * row));
          buffer.tags.push_back(static_cast<std::uint8_t>(Tag::String));
        } else if (drawn == 1) {
          buffer.integers.push_back(row);
          buffer.tags.push_back(static_cast<std::uint8_t>(Tag::Integer));
        } else {
          buffer.tags.push_back(static_cast<std::uint8_t>(Tag::Missing));
        }
      }
      EncodedColumn encoded;
      encode_column(buffer, encoded);
      const DecodedColumn all = decode_column(encoded.data, 5000, 1);
      for (const unsigned one_in : {1U, 3U, 100U, 2000U})
        require_picked_rows(encoded, *all.vector, 1, random, one_in);
    }
  }
}

TEST_CASE("damage behind a right checksum never reads out of bounds", "[batch]") {
  std::mt19937 random(7);
  PathDictionary paths;
  const BuiltBatch built = naive_build(encoded_documents(99, 150), paths,
                                       [](PathId, unsigned depth) { return depth >= 2; });
  std::size_t refused = 0, read = 0;
  for (const ColumnBuffer& buffer : built.columns) {
    EncodedColumn encoded;
    encode_column(buffer, encoded);
    const Statistics statistics = Statistics::read(encoded.stats);
    for (unsigned round = 0; round < 150; ++round) {
      Bytes damaged = encoded.data;
      damage_chunk(damaged, random);
      try {
        walk(*decode_column(damaged, static_cast<std::uint32_t>(buffer.tags.size()), paths.size())
                  .vector);
        ++read;
      } catch (const Error& error) {
        REQUIRE(error.code() == ErrorCode::Corrupt);
        ++refused;
      }
      try {
        const std::vector<std::uint32_t> rows{0, 17, 148};
        const auto all = static_cast<std::uint32_t>(buffer.tags.size());
        if (all > rows.back()) walk(*decode_rows(damaged, statistics, paths.size(), rows).vector);
      } catch (const Error& error) {
        REQUIRE(error.code() == ErrorCode::Corrupt);
      }
    }
  }
  REQUIRE(refused > 100);
  REQUIRE(read > 100);
}

}  // namespace arbors::batch
