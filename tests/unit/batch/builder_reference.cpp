#include "tests/unit/batch/builder_reference.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "engine/json/values/writer.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

class Rebuilder {
 public:
  Rebuilder(const BuiltBatch& batch, const PathDictionary& paths) : batch_(batch), paths_(paths) {}

  std::string value(PathId path, std::size_t row) const {
    const ColumnBuffer& column = find(path);
    const auto tag = static_cast<Tag>(column.tags.at(row));
    const auto before = static_cast<std::size_t>(
        std::count(column.tags.begin(), column.tags.begin() + static_cast<std::ptrdiff_t>(row),
                   column.tags[row]));
    std::string out;
    switch (tag) {
      case Tag::Missing:
        throw std::logic_error("a shape names a missing value");
      case Tag::Null:
        return "null";
      case Tag::False:
        return "false";
      case Tag::True:
        return "true";
      case Tag::Integer:
        return std::to_string(column.integers.at(before));
      case Tag::Real:
        json::write_real(out, column.reals.at(before));
        return out;
      case Tag::BigNumber:
        return std::string(column.big_numbers[before]);
      case Tag::String:
        json::write_string(out, column.strings[before]);
        return out;
      case Tag::Object:
        return object(column, column.shapes.at(column.shape_of.at(before)), row);
      case Tag::Array:
        return array(column, before);
      case Tag::Opaque:
        return std::string(column.opaque[before]);
    }
    throw std::logic_error("unknown tag");
  }

  const ColumnBuffer& find(PathId path) const {
    for (const ColumnBuffer& column : batch_.columns) {
      if (column.path == path) return column;
    }
    throw std::logic_error("no such column");
  }

 private:
  std::string object(const ColumnBuffer&, const std::vector<PathId>& keys, std::size_t row) const {
    std::string out = "{";
    for (const PathId key : keys) {
      if (out.size() > 1) out += ',';
      json::write_string(out, paths_[key].key);
      out += ':' + value(key, row);
    }
    return out + '}';
  }

  std::string array(const ColumnBuffer& column, std::size_t before) const {
    const auto begin = std::accumulate(column.lengths.begin(),
                                       column.lengths.begin() + static_cast<std::ptrdiff_t>(before),
                                       std::size_t{0});
    std::string out = "[";
    for (std::size_t i = 0; i < column.lengths.at(before); ++i) {
      if (i > 0) out += ',';
      out += value(paths_.find_element(column.path), begin + i);
    }
    return out + ']';
  }

  const BuiltBatch& batch_;
  const PathDictionary& paths_;
};

}  // namespace

std::vector<std::string> rebuild_trees(const BuiltBatch& batch, const PathDictionary& paths) {
  const Rebuilder rebuilder(batch, paths);
  std::vector<std::string> trees;
  for (std::size_t row = 0; row < batch.trees; ++row) {
    trees.push_back(rebuilder.value(kRootPath, row));
  }
  return trees;
}

void check_sizes(const BuiltBatch& batch, const PathDictionary& paths) {
  const Rebuilder rebuilder(batch, paths);
  for (const ColumnBuffer& column : batch.columns) {
    INFO("path " << paths.text(column.path));
    const auto rows = [&](Tag tag) {
      return static_cast<std::size_t>(
          std::count(column.tags.begin(), column.tags.end(), static_cast<std::uint8_t>(tag)));
    };
    std::size_t domain_rows = batch.trees;
    if (const PathId domain = paths[column.path].domain; domain != kRootPath) {
      const auto& lengths = rebuilder.find(paths[domain].parent).lengths;
      domain_rows = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
    }
    CHECK(column.tags.size() == domain_rows);
    CHECK(column.integers.size() == rows(Tag::Integer));
    CHECK(column.reals.size() == rows(Tag::Real));
    CHECK(column.strings.size() == rows(Tag::String));
    CHECK(column.big_numbers.size() == rows(Tag::BigNumber));
    CHECK(column.opaque.size() == rows(Tag::Opaque));
    CHECK(column.lengths.size() == rows(Tag::Array));
    CHECK(column.shape_of.size() == rows(Tag::Object));
    CHECK(rows(Tag::Missing) < column.tags.size());
  }
}

}  // namespace arbors::batch
