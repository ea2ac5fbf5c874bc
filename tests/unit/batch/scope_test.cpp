#include "engine/batch/trees/scope.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/base/error.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/trees/tree_writer.h"
#include "engine/batch/vectors/vector_ops.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

// Renders a vector so that two are equal where their texts are.
std::vector<std::string> rendered(const Vector& vector) {
  std::vector<std::string> rows;
  for (std::size_t row = 0; row < vector.rows; ++row) {
    const Tag tag = vector.tag(row);
    std::string text = std::to_string(static_cast<int>(tag)) + ":";
    if (tag == Tag::Integer) text += std::to_string(vector.integers[row]);
    if (tag == Tag::Real || tag == Tag::BigNumber) text += std::to_string(vector.reals[row]);
    text += vector.text(row);
    rows.push_back(text);
  }
  return rows;
}

// The same of a read that asked for kinds only: 9 for whatever holds something.
std::vector<int> presence(const Vector& vector) {
  std::vector<int> rows;
  for (std::size_t row = 0; row < vector.rows; ++row) {
    const TagSet tag = tag_bit(vector.tag(row));
    rows.push_back((tag & kNestedTags) != 0 ? 9 : static_cast<int>(vector.tag(row)));
  }
  return rows;
}

const std::vector<std::string> kPaths{
    "a",       "b",           "a.b",         "a.b.c",        "b[0]",
    "b[-1]",   "b[1].a",      "a[*]",        "a[*].b",       "a.b[*]",
    "c[*][*]", "c[*].a[*].b", "c[0][0]",     "c[-2].a[0]",   "é",
    "a.é.a",   "nowhere",     "a.nowhere.b", "a[*].nowhere", "\"key with space\".a",
    "b[5]",    "a[*].b[0]",   "a.b.c.a.b"};

std::vector<std::string> scoped_documents(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < count; ++i) documents.push_back(random_document(random));
  return documents;
}

// Batches of the same documents, from wholly opaque to wholly shredded.
std::vector<BatchReaderPtr> variants(const std::vector<std::string>& documents) {
  std::vector<BatchReaderPtr> batches;
  for (const unsigned bound : {0U, 1U, 2U, 3U, 100U})
    batches.push_back(
        naive_batch(documents, [=](PathId, unsigned depth) { return depth >= bound; }));
  auto random = std::make_shared<std::mt19937>(1);
  batches.push_back(naive_batch(documents, [=](PathId, unsigned) { return (*random)() % 3 == 0; }));
  batches.push_back(stored_batch(documents, [=](PathId, unsigned depth) { return depth >= 2; }));
  return batches;
}

VectorPtr read(const std::vector<std::string>& documents, const char* path) {
  return read_path(*naive_batch(documents), parse_path(path));
}

}  // namespace

TEST_CASE("a path reads the same whether values are shredded or opaque", "[batch]") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    const auto documents = scoped_documents(seed, 150);
    const auto batches = variants(documents);
    for (const std::string& text : kPaths) {
      const Path path = parse_path(text);
      const auto expected = rendered(*read_path(*batches[0], path));
      const auto kinds = presence(*read_path(*batches[0], path, Nested::Kind));
      for (const BatchReaderPtr& batch : batches) {
        INFO("seed " << seed << ", path " << text);
        REQUIRE(rendered(*read_path(*batch, path)) == expected);
        REQUIRE(presence(*read_path(*batch, path, Nested::Kind)) == kinds);
      }
    }
    REQUIRE(rendered(*read_path(*batches[3], {})) == rendered(*read_path(*batches[0], {})));
  }
}

TEST_CASE("chosen rows read as they do among all", "[batch]") {
  const auto documents = scoped_documents(42, 120);
  std::mt19937 random(2);
  std::vector<std::uint32_t> rows;
  for (int i = 0; i < 60; ++i) rows.push_back(random() % 120);
  for (const BatchReaderPtr& batch : variants(documents)) {
    for (const std::string& text : kPaths) {
      const Path path = parse_path(text);
      const auto expected = rendered(*gather(*read_path(*batch, path), rows));
      REQUIRE(rendered(*read_path(*batch, path, rows)) == expected);
      REQUIRE(rendered(*Scope(*batch).select(rows).read(path)) == expected);
    }
  }
}

TEST_CASE("paths mean what they say", "[batch]") {
  const std::vector<std::string> documents{R"({"a":[1,2.5,"x",null,{"b":7}]})", R"({"a":[]})",
                                           R"({"a":{"b":8}})", R"({})",
                                           R"({"a":[{"b":[1,2]},{"b":[]},{"b":3}]})"};
  REQUIRE(rendered(*read(documents, "a[0]")) ==
          std::vector<std::string>{"4:1", "0:", "0:", "0:", R"(10:{"b":[1,2]})"});
  REQUIRE(rendered(*read(documents, "a[-1].b")) ==
          std::vector<std::string>{"4:7", "0:", "0:", "0:", "4:3"});
  REQUIRE(rendered(*read(documents, "a.b")) ==
          std::vector<std::string>{"0:", "0:", "4:8", "0:", "0:"});
  REQUIRE(rendered(*read(documents, "a[*]")) ==
          std::vector<std::string>{R"(10:[1,2.5,"x",null,{"b":7}])", "10:[]",
                                   "0:", "0:", R"(10:[{"b":[1,2]},{"b":[]},{"b":3}])"});
  REQUIRE(rendered(*read(documents, "a[*].b")) ==
          std::vector<std::string>{"10:[7]", "10:[]", "0:", "0:", "10:[[1,2],[],3]"});
  REQUIRE(rendered(*read(documents, "a[*].b[*]")) ==
          std::vector<std::string>{"10:[]", "10:[]", "0:", "0:", "10:[1,2]"});
}

TEST_CASE("a plain column over all trees is given uncopied", "[batch]") {
  const BatchReaderPtr batch = naive_batch({R"({"a":1})", R"({"a":2})"});
  const PathId a = batch->paths().find_key(kRootPath, "a");
  REQUIRE(read_path(*batch, parse_path("a")) == batch->column(a));
}

TEST_CASE("the elements of lists are scopes of their own", "[batch]") {
  const auto documents = scoped_documents(77, 100);
  for (const char* const text : {"a", "b", "a.b", "c[*].a", "a[*].b[*]", "b[0]"}) {
    const Path path = parse_path(text);
    std::vector<std::vector<std::string>> expected;
    for (const BatchReaderPtr& batch : variants(documents)) {
      const List list = Scope(*batch).list(path);
      REQUIRE(list.starts.size() == 101);
      REQUIRE(list.starts.back() == list.elements.size());
      std::vector<std::vector<std::string>> found;
      for (const char* inside : {"a", "b", "a.b", "c[0]", "b[*]"})
        found.push_back(rendered(*list.elements.read(parse_path(inside))));
      found.push_back(rendered(*list.elements.read({})));
      const List inner = list.elements.list(parse_path("a"));
      found.push_back(rendered(*inner.elements.read(parse_path("b"))));
      found.emplace_back();
      for (const std::uint32_t start : list.starts) found.back().push_back(std::to_string(start));
      for (const std::uint8_t present : list.present)
        found.back().push_back(std::to_string(present));
      if (expected.empty()) expected = found;
      REQUIRE(found == expected);
    }
  }
}

TEST_CASE("a vector of JSON texts is a scope", "[batch]") {
  const VectorPtr texts = read_path(*naive_batch(scoped_documents(5, 50)), {});
  const Scope scope(texts);
  const auto batch = naive_batch(scoped_documents(5, 50));
  for (const std::string& path : kPaths)
    REQUIRE(rendered(*scope.read(parse_path(path))) ==
            rendered(*read_path(*batch, parse_path(path))));
}

TEST_CASE("what a read needs is what it takes from the batch", "[batch]") {
  // Refuses columns that were not announced.
  class Strict : public BatchReader {
   public:
    Strict(BatchReaderPtr batch, std::vector<PathId> needed)
        : batch_(std::move(batch)), needed_(std::move(needed)) {}
    std::uint32_t trees() const override { return batch_->trees(); }
    const PathDictionary& paths() const override { return batch_->paths(); }
    const Statistics* statistics(PathId path) override { return batch_->statistics(path); }
    void load(std::span<const PathId>) override {}
    VectorPtr column(PathId path) override {
      if (batch_->statistics(path) != nullptr)
        REQUIRE(std::find(needed_.begin(), needed_.end(), path) != needed_.end());
      return batch_->column(path);
    }

   private:
    BatchReaderPtr batch_;
    std::vector<PathId> needed_;
  };
  for (const BatchReaderPtr& batch : variants(scoped_documents(9, 60))) {
    for (const std::string& text : kPaths) {
      const Path path = parse_path(text);
      for (const Nested nested : {Nested::Text, Nested::Kind}) {
        Strict one(batch, paths_needed(path, *batch, nested));
        read_path(one, path, nested);
        Strict any(batch, paths_needed(path, batch->paths(), nested));
        read_path(any, path, nested);
      }
    }
  }
}

TEST_CASE("a scalar path of a shredded batch needs its own column only", "[batch]") {
  const BatchReaderPtr batch = naive_batch({R"({"a":{"b":1,"c":{"d":2}}})", R"({"a":{"b":2}})"});
  const PathId a = batch->paths().find_key(kRootPath, "a");
  const PathId b = batch->paths().find_key(a, "b");
  REQUIRE(paths_needed(parse_path("a.b"), *batch) == std::vector<PathId>{b});
  REQUIRE(paths_needed(parse_path("a"), *batch, Nested::Kind) == std::vector<PathId>{a});
  REQUIRE(paths_needed(parse_path("a"), *batch).size() == 4);
  REQUIRE(paths_needed(parse_path("a.nothing"), *batch).empty());
}

TEST_CASE("objects and arrays of a column become text", "[batch]") {
  const BatchReaderPtr batch = naive_batch({R"({"a":{"b":1}})", R"({"a":5})", R"({"a":[1,"x"]})"});
  const PathId a = batch->paths().find_key(kRootPath, "a");
  const VectorPtr all = to_sql(batch->column(a), *batch, a);
  REQUIRE(rendered(*all) == std::vector<std::string>{R"(10:{"b":1})", "4:5", R"(10:[1,"x"])"});
  const std::vector<std::uint32_t> rows{2, 1};
  REQUIRE(rendered(*to_sql(gather(*batch->column(a), rows), *batch, a, rows)) ==
          std::vector<std::string>{R"(10:[1,"x"])", "4:5"});
}

TEST_CASE("damaged columns give wrong values or corruption, never more", "[batch]") {
  std::mt19937 random(13);
  std::size_t refused = 0, read = 0;
  const auto attempt = [&](const auto& work) {
    try {
      work();
      ++read;
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::Corrupt);
      ++refused;
    }
  };
  for (unsigned round = 0; round < 60; ++round) {
    const unsigned opaque_from = round % 4;
    const BatchReaderPtr batch = stored_batch(
        scoped_documents(round, 20),
        [=](PathId, unsigned depth) { return depth >= opaque_from + 1; },
        [&](EncodedColumn& column) {
          if (random() % 4 == 0) damage_chunk(column.data, random);
        });
    for (const std::string& path : kPaths) attempt([&] { read_path(*batch, parse_path(path)); });
    for (std::uint32_t row = 0; row < 20; ++row) {
      std::string text;
      attempt([&] { TreeWriter(*batch).write_tree(row, text); });
      REQUIRE(text.size() < 1000000);
    }
  }
  REQUIRE(refused > 100);
  REQUIRE(read > 100);
}

}  // namespace arbors::batch
