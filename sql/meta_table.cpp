#include "sql/meta_table.h"

#include <charconv>

namespace arbors::store {

namespace {

constexpr std::string_view kIndexKey = "index.";

std::string index_key(std::int64_t number) {
  return std::string(kIndexKey) + std::to_string(number);
}

}  // namespace

MetaTable::MetaTable(sqlite3* db, const Names& names)
    : table_(names.table),
      get_(db, "SELECT value FROM " + names("meta") + " WHERE key = ?1"),
      set_(db, "INSERT INTO " + names("meta") +
                   "(key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"),
      indexes_(db, "SELECT key, value FROM " + names("meta") +
                       " WHERE key > 'index.' AND key < 'index/' ORDER BY key"),
      remove_(db, "DELETE FROM " + names("meta") + " WHERE key = ?1") {}

std::optional<std::int64_t> MetaTable::find(std::string_view key) {
  Statement::Use use(get_);
  use.bind(1, key);
  if (!use.step()) return std::nullopt;
  return use.integer(0);
}

std::int64_t MetaTable::integer(std::string_view key) {
  const auto value = find(key);
  if (!value) throw_corrupt("'" + table_ + "' does not say its " + std::string(key));
  return *value;
}

void MetaTable::set(std::string_view key, std::int64_t value) {
  Statement::Use use(set_);
  use.bind(1, key).bind(2, value).run();
}

std::vector<std::pair<std::int64_t, std::string>> MetaTable::read_indexes() {
  std::vector<std::pair<std::int64_t, std::string>> indexes;
  Statement::Use use(indexes_);
  while (use.step()) {
    const std::string_view key = use.text(0).substr(kIndexKey.size());
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc{} || stop != key.data() + key.size() || number < 1)
      throw_corrupt("'" + table_ + "' has an index without a number");
    indexes.emplace_back(number, use.text(1));
  }
  return indexes;
}

void MetaTable::write_index(std::int64_t number, std::string_view path) {
  const std::string key = index_key(number);
  Statement::Use use(set_);
  use.bind(1, std::string_view(key)).bind(2, path).run();
}

void MetaTable::remove_index(std::int64_t number) {
  const std::string key = index_key(number);
  Statement::Use use(remove_);
  use.bind(1, std::string_view(key)).run();
}

void MetaTable::write_options(const Options& options) {
  set("format", kStorageFormat);
  set("batch_trees", options.batch_trees);
  set("retain", options.retain);
  set("found_columns", options.found_columns ? 1 : 0);
  Bytes declared;
  ByteWriter writer(declared);
  writer.varint(options.declared.size());
  for (const DeclaredColumn& column : options.declared) {
    writer.text(column.name);
    writer.text(column.type);
  }
  Statement::Use use(set_);
  use.bind(1, "declared").bind(2, ByteSpan(declared)).run();
}

Options MetaTable::read_options() {
  const std::int64_t format = integer("format");
  if (format > kStorageFormat) {
    throw Error(ErrorCode::Unsupported, "'" + table_ +
                                            "' was written by a newer Arbors (storage format " +
                                            std::to_string(format) + "; this library reads up to " +
                                            std::to_string(kStorageFormat) + ")");
  }
  Options options;
  const std::int64_t batch_trees = integer("batch_trees");
  const std::int64_t retain = integer("retain");
  if (format < 1 || batch_trees < 1 || batch_trees > kMostBatchTrees || retain < 1 ||
      retain > UINT32_MAX) {
    throw_corrupt("the options of '" + table_ + "' are out of range");
  }
  options.batch_trees = static_cast<std::uint32_t>(batch_trees);
  options.retain = static_cast<std::uint32_t>(retain);
  options.found_columns = integer("found_columns") != 0;
  Statement::Use use(get_);
  use.bind(1, "declared");
  if (!use.step()) throw_corrupt("'" + table_ + "' does not say its declared columns");
  ByteReader reader(use.blob(0), "declared columns");
  for (std::size_t left = reader.count(reader.remaining()); left > 0; --left) {
    DeclaredColumn column;
    column.name = reader.text();
    column.type = reader.text();
    options.declared.push_back(std::move(column));
  }
  reader.expect_done();
  return options;
}

}  // namespace arbors::store
