#include "tests/unit/batch/naive_builder.h"

#include <simdjson.h>
#include <xxhash.h>

#include <algorithm>
#include <map>

#include "engine/batch/columns/memory_batch.h"

namespace arbors::batch {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

class NaiveBuilder {
 public:
  NaiveBuilder(PathDictionary& paths, const KeepOpaque& keep_opaque)
      : paths_(paths), keep_opaque_(keep_opaque) {}

  void add(const std::string& document) {
    simdjson::dom::parser parser;
    const element root = parser.parse(document);
    put(kRootPath, 0, root);
    ++rows_[kRootPath];
    built_.json_bytes += document.size();
  }

  BuiltBatch finish() {
    built_.trees = rows_[kRootPath];
    for (const PathId path : order_) {
      columns_[path].tags.resize(rows_[paths_[path].domain]);
      built_.columns.push_back(std::move(columns_[path]));
    }
    return std::move(built_);
  }

 private:
  ColumnBuffer& column(PathId path) {
    const auto [entry, fresh] = columns_.try_emplace(path);
    if (fresh) {
      entry->second.path = path;
      entry->second.strings.dictionary = path % 2 == 0;
      order_.push_back(path);
    }
    return entry->second;
  }

  void tag(PathId path, Tag tag) {
    ColumnBuffer& buffer = column(path);
    buffer.tags.resize(rows_[paths_[path].domain]);
    buffer.tags.push_back(static_cast<std::uint8_t>(tag));
  }

  void text(TextBuffer& texts, std::string_view text) {
    if (!texts.dictionary) return texts.pool.add(text);
    std::uint32_t code = 0;
    while (code < texts.pool.size() && texts.pool[code] != text) ++code;
    if (code == texts.pool.size()) texts.pool.add(text);
    texts.codes.push_back(code);
  }

  void put(PathId path, unsigned depth, const element& value) {
    const bool nested = value.is_object() || value.is_array();
    if (nested && keep_opaque_ && keep_opaque_(path, depth)) {
      tag(path, Tag::Opaque);
      return text(column(path).opaque, simdjson::minify(value));
    }
    switch (value.type()) {
      case element_type::NULL_VALUE:
        return tag(path, Tag::Null);
      case element_type::BOOL:
        return tag(path, bool(value) ? Tag::True : Tag::False);
      case element_type::INT64:
        tag(path, Tag::Integer);
        return column(path).integers.push_back(std::int64_t(value));
      case element_type::UINT64:
        tag(path, Tag::BigNumber);
        return text(column(path).big_numbers, std::to_string(std::uint64_t(value)));
      case element_type::DOUBLE:
        tag(path, Tag::Real);
        return column(path).reals.push_back(double(value));
      case element_type::STRING:
        tag(path, Tag::String);
        return text(column(path).strings, std::string_view(value));
      case element_type::OBJECT:
        return put_object(path, depth, value);
      case element_type::ARRAY:
        return put_array(path, depth, value);
    }
  }

  void put_object(PathId path, unsigned depth, const simdjson::dom::object& object) {
    tag(path, Tag::Object);
    std::vector<PathId> shape;
    for (const auto member : object) {
      shape.push_back(paths_.intern_key(path, member.key));
      put(shape.back(), depth + 1, member.value);
    }
    auto& shapes = column(path).shapes;
    auto known = std::find(shapes.begin(), shapes.end(), shape);
    if (known == shapes.end()) known = shapes.insert(known, shape);
    column(path).shape_of.push_back(static_cast<std::uint32_t>(known - shapes.begin()));
  }

  void put_array(PathId path, unsigned depth, const simdjson::dom::array& array) {
    tag(path, Tag::Array);
    const PathId elements = paths_.intern_element(path);
    std::uint32_t length = 0;
    for (const element value : array) {
      put(elements, depth + 1, value);
      ++rows_[elements];
      ++length;
    }
    column(path).lengths.push_back(length);
  }

  PathDictionary& paths_;
  const KeepOpaque& keep_opaque_;
  BuiltBatch built_;
  std::map<PathId, ColumnBuffer> columns_;
  std::map<PathId, std::uint32_t> rows_;  // of each domain
  std::vector<PathId> order_;
};

class StoredBatch : public BatchReader {
 public:
  StoredBatch(const BuiltBatch& built, PathDictionary paths, const Damage& damage)
      : trees_(built.trees), paths_(std::move(paths)) {
    for (const ColumnBuffer& buffer : built.columns) {
      encode_column(buffer, columns_[buffer.path]);
      if (damage) damage(columns_[buffer.path]);
      statistics_[buffer.path] = Statistics::read(columns_[buffer.path].stats);
    }
  }
  std::uint32_t trees() const override { return trees_; }
  const PathDictionary& paths() const override { return paths_; }
  const Statistics* statistics(PathId path) override {
    const auto found = statistics_.find(path);
    return found == statistics_.end() ? nullptr : &found->second;
  }
  void load(std::span<const PathId>) override {}
  VectorPtr column(PathId path) override {
    const auto found = columns_.find(path);
    if (found == columns_.end()) return nullptr;
    return decode_column(found->second.data, statistics_[path].rows, paths_.size()).vector;
  }

 private:
  std::uint32_t trees_;
  PathDictionary paths_;
  std::map<PathId, EncodedColumn> columns_;
  std::map<PathId, Statistics> statistics_;
};

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> texts{"",       "a",          "red", "green",     "blue",
                                              "12",     "1.5",        "ünï", "q\\\"uote", "b\\\\s",
                                              "\\n\\t", "\\u0000nul", "long"};
  std::string text = texts[random() % texts.size()];
  if (text == "long") text.append(random() % 60, 'x');
  return '"' + text + '"';
}

std::string random_value(std::mt19937& random, unsigned depth);

std::string random_object(std::mt19937& random, unsigned depth) {
  std::vector<std::string> keys{"a", "b", "c", "key with space", "é"};
  std::shuffle(keys.begin(), keys.end(), random);
  keys.resize(random() % (keys.size() + 1));
  std::string text = "{";
  for (const std::string& key : keys) {
    if (text.size() > 1) text += ',';
    text += '"' + key + "\":" + random_value(random, depth + 1);
  }
  return text + '}';
}

std::string random_array(std::mt19937& random, unsigned depth) {
  std::string text = "[";
  for (unsigned left = random() % 4; left > 0; --left) {
    if (text.size() > 1) text += ',';
    text += random_value(random, depth + 1);
  }
  return text + ']';
}

std::string random_value(std::mt19937& random, unsigned depth) {
  switch (random() % (depth < 4 ? 10 : 7)) {
    case 0:
      return "null";
    case 1:
      return random() % 2 == 0 ? "true" : "false";
    case 2:
      return std::to_string(static_cast<int>(random() % 200) - 100);
    case 3:
      return std::to_string((static_cast<std::int64_t>(random()) - 2147483648) * 4294967296);
    case 4:
      return std::to_string(static_cast<int>(random() % 64) - 32) + (random() % 2 ? ".5" : ".25");
    case 5:
      return random() % 4 == 0 ? "18446744073709551615" : random_text(random);
    case 6:
      return random_text(random);
    case 7:
      return random_array(random, depth);
    default:
      return random_object(random, depth);
  }
}

}  // namespace

BuiltBatch naive_build(const std::vector<std::string>& documents, PathDictionary& paths,
                       const KeepOpaque& keep_opaque) {
  NaiveBuilder builder(paths, keep_opaque);
  for (const std::string& document : documents) builder.add(document);
  return builder.finish();
}

BatchReaderPtr naive_batch(const std::vector<std::string>& documents,
                           const KeepOpaque& keep_opaque) {
  auto paths = std::make_shared<PathDictionary>();
  auto built = std::make_shared<BuiltBatch>(naive_build(documents, *paths, keep_opaque));
  return std::make_shared<MemoryBatch>(std::move(built), std::move(paths));
}

BatchReaderPtr stored_batch(const std::vector<std::string>& documents,
                            const KeepOpaque& keep_opaque, const Damage& damage) {
  PathDictionary paths;
  const BuiltBatch built = naive_build(documents, paths, keep_opaque);
  return std::make_shared<StoredBatch>(built, std::move(paths), damage);
}

void damage_chunk(Bytes& data, std::mt19937& random) {
  constexpr std::size_t kChecksum = sizeof(std::uint64_t);
  for (unsigned hits = 1 + random() % 3; hits > 0; --hits)
    data[kChecksum + random() % (data.size() - kChecksum)] = static_cast<std::uint8_t>(random());
  if (random() % 5 == 0) data.resize(kChecksum + 1 + random() % (data.size() - kChecksum));
  const std::uint64_t checksum = XXH3_64bits(data.data() + kChecksum, data.size() - kChecksum);
  std::memcpy(data.data(), &checksum, sizeof checksum);
}

std::string random_document(std::mt19937& random) {
  return random() % 10 == 0 ? random_value(random, 0) : random_object(random, 0);
}

}  // namespace arbors::batch
