#include "sql/tables/meta_table.h"

#include <algorithm>
#include <charconv>

#include "sql/tables/row_seal.h"

namespace arbors::store {

namespace {

constexpr std::string_view kIndexKey = "index.";
constexpr std::string_view kKeyKey = "key.";
constexpr std::string_view kTagKey = "tag.";
constexpr std::string_view kKeptKey = "kept.";
constexpr std::string_view kSealKey = "seal";

std::string index_key(std::int64_t number) {
  return std::string(kIndexKey) + std::to_string(number);
}

std::string key_key(std::int64_t number) { return std::string(kKeyKey) + std::to_string(number); }

std::string to_bytes(const std::vector<DeclaredColumn>& declared) {
  Bytes out;
  ByteWriter writer(out);
  writer.varint(declared.size());
  for (const DeclaredColumn& column : declared) {
    writer.text(column.name);
    writer.text(column.type);
    writer.varint(static_cast<std::uint64_t>(column.collation));
  }
  return {out.begin(), out.end()};
}

std::vector<DeclaredColumn> read_declared(std::string_view bytes) {
  ByteReader reader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                    "declared columns");
  std::vector<DeclaredColumn> declared;
  for (std::size_t left = reader.count(reader.remaining()); left > 0; --left) {
    DeclaredColumn column;
    column.name = reader.text();
    column.type = reader.text();
    const std::uint64_t collation = reader.varint();
    if (collation > static_cast<std::uint64_t>(Collation::RTrim))
      throw_corrupt("a declared column has an unknown collation");
    column.collation = static_cast<Collation>(collation);
    declared.push_back(std::move(column));
  }
  reader.expect_done();
  return declared;
}

std::string kept_bytes(const KeptGeneration& kept) {
  Bytes out;
  ByteWriter writer(out);
  writer.fixed(kept.seal);
  writer.fixed(kept.until);
  return {out.begin(), out.end()};
}

KeptGeneration read_kept(std::int64_t generation, std::string_view bytes) {
  ByteReader reader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                    "a kept generation");
  KeptGeneration kept{generation, reader.fixed<std::int64_t>(), reader.fixed<std::int64_t>()};
  reader.expect_done();
  return kept;
}

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

template <typename Rows>
std::int64_t seal_of(const Rows& rows) {
  RowSeal seal("meta");
  for (const auto& [key, value] : rows) {
    if (key == kSealKey) continue;
    seal.add(std::string_view(key)).add(value);
  }
  return seal.value();
}

}  // namespace

MetaTable::MetaTable(sqlite3* db, const Names& names, Formats formats)
    : table_(names.table),
      quoted_(names("meta")),
      formats_(formats),
      // A text as a blob has the bytes of the database's encoding.
      read_(db, quoted_, "SELECT +key, +value, CAST('a' AS BLOB) FROM @"),
      set_(db, quoted_,
           "INSERT INTO @(key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"),
      remove_(db, quoted_, "DELETE FROM @ WHERE key = ?1") {}

MetaTable::Rows MetaTable::read() {
  Rows rows;
  {
    Statement::Use use(read_);
    while (use.step()) {
      if (use.type(0) != SQLITE_TEXT)
        throw_corrupt("what '" + table_ + "' says of itself stands under a key that is no text");
      rows.emplace(use.text(0), use.value(1));
      utf8_ = use.blob(2).size() == 1;
    }
  }
  check_format(rows);
  if (integer(rows, kSealKey) != seal_of(rows)) {
    throw_corrupt("what '" + table_ + "' says of itself (" + table_ + "_meta) fails its checksum");
  }
  return rows;
}

// Comes before the seal, which other formats may compute otherwise.
void MetaTable::check_format(const Rows& rows) const {
  const std::int64_t format = integer(rows, "format");
  if (format >= formats_.oldest && format <= formats_.newest) return;
  if (format < 1) throw_corrupt("'" + table_ + "' has an impossible storage format");
  std::string read = std::to_string(formats_.oldest);
  if (formats_.newest > formats_.oldest) read += " to " + std::to_string(formats_.newest);
  throw Error(ErrorCode::Unsupported, "'" + table_ + "' was written by " +
                                          (format > formats_.newest ? "a newer" : "an older") +
                                          " Arbors (storage format " + std::to_string(format) +
                                          "; this library reads " + read + ")");
}

const Value& MetaTable::value(const Rows& rows, std::string_view key) const {
  const auto found = rows.find(key);
  if (found == rows.end()) throw_corrupt("'" + table_ + "' does not say its " + std::string(key));
  return found->second;
}

std::int64_t MetaTable::integer(const Rows& rows, std::string_view key) const {
  const Value& found = value(rows, key);
  if (found.kind != ValueKind::Integer)
    throw_corrupt("the " + std::string(key) + " of '" + table_ + "' is no integer");
  return found.integer;
}

std::int64_t MetaTable::integer(std::string_view key) { return integer(read(), key); }

void MetaTable::write(std::string_view key, const Value& value) {
  Statement::Use use(set_);
  use.bind(1, key).bind(2, value).run();
}

void MetaTable::change(std::string_view key, const Value& value) {
  Rows rows = read();
  rows.insert_or_assign(std::string(key), value);
  write(key, value);
  write(kSealKey, Value::of(seal_of(rows)));
}

void MetaTable::set(std::string_view key, std::int64_t value) { change(key, Value::of(value)); }

void MetaTable::set_text(std::string_view key, const std::string& text) {
  if (text.empty()) return remove(key);
  change(key, Value::blob(text));
}

MetaTable::Facts MetaTable::read_facts() {
  const Rows rows = read();
  return {options(rows), integer(rows, "base"), numbered(rows, kIndexKey), numbered(rows, kKeyKey),
          utf8_};
}

std::vector<MetaTable::Numbered> MetaTable::numbered(const Rows& rows,
                                                     std::string_view prefix) const {
  std::vector<Numbered> indexes;
  for (const auto& [name, path] : rows) {
    if (!name.starts_with(prefix)) continue;
    const auto number = read_number(std::string_view(name).substr(prefix.size()));
    if (number.value_or(0) < 1) throw_corrupt("'" + table_ + "' has an index without a number");
    indexes.emplace_back(*number, path.text);
  }
  return indexes;
}

void MetaTable::write_index(std::int64_t number, std::string_view path) {
  change(index_key(number), Value::blob(std::string(path)));
}

void MetaTable::write_key(std::int64_t number, const std::string& paths) {
  set_text(key_key(number), paths);
}

void MetaTable::remove_index(std::int64_t number) { remove(index_key(number)); }

void MetaTable::remove(std::string_view key) {
  Rows rows = read();
  if (!erase(rows, std::string(key))) return;
  write(kSealKey, Value::of(seal_of(rows)));
}

bool MetaTable::erase(Rows& rows, const std::string& key) {
  if (rows.erase(key) == 0) return false;
  Statement::Use use(remove_);
  use.bind(1, std::string_view(key)).run();
  return true;
}

Retained MetaTable::retained() {
  const Rows rows = read();
  Retained retained;
  retained.oldest = integer(rows, "oldest");
  for (const auto& [key, value] : rows) {
    if (key.starts_with(kTagKey))
      retained.tags.emplace(key.substr(kTagKey.size()), integer(rows, key));
    if (!key.starts_with(kKeptKey)) continue;
    const auto generation = read_number(std::string_view(key).substr(kKeptKey.size()));
    if (!generation || *generation >= retained.oldest)
      throw_corrupt("'" + table_ + "' keeps an impossible generation");
    retained.kept.push_back(read_kept(*generation, value.text));
  }
  std::ranges::sort(retained.kept, {}, &KeptGeneration::generation);
  return retained;
}

// Leaves tags as they are.
void MetaTable::retain(const Retained& retained) {
  Rows rows = read();
  const auto put = [&](const std::string& key, const Value& value) {
    rows.insert_or_assign(key, value);
    write(key, value);
  };
  std::vector<std::string> old;
  for (const auto& [key, value] : rows) {
    if (key.starts_with(kKeptKey)) old.push_back(key);
  }
  for (const std::string& key : old) erase(rows, key);
  put("oldest", Value::of(retained.oldest));
  for (const KeptGeneration& kept : retained.kept) {
    put(std::string(kKeptKey) + std::to_string(kept.generation), Value::blob(kept_bytes(kept)));
  }
  write(kSealKey, Value::of(seal_of(rows)));
}

void MetaTable::set_tag(const std::string& tag, std::optional<std::int64_t> generation) {
  const std::string key = std::string(kTagKey) + tag;
  if (generation) return change(key, Value::of(*generation));
  remove(key);
}

void MetaTable::create(const Options& options, std::int64_t base) {
  Rows rows{{"format", Value::of(formats_.newest)},
            {"batch_trees", Value::of(static_cast<std::int64_t>(options.batch_trees))},
            {"retain", Value::of(static_cast<std::int64_t>(options.retain))},
            {"found_columns", Value::of(std::int64_t{options.found_columns ? 1 : 0})},
            {"declared", Value::blob(to_bytes(options.declared))},
            {"declaration", Value::blob(options.declaration)},
            {"base", Value::of(base)},
            {"oldest", Value::of(std::int64_t{0})}};
  if (!options.retain_for.empty()) rows.emplace("retain_for", Value::blob(options.retain_for));
  rows.emplace(kSealKey, Value::of(seal_of(rows)));
  for (const auto& [key, value] : rows) write(key, value);
}

void MetaTable::upgrade() {
  if (integer("format") != formats_.newest) set("format", formats_.newest);
}

Options MetaTable::read_options() { return options(read()); }

Options MetaTable::options(const Rows& rows) const {
  Options options;
  const std::int64_t batch_trees = integer(rows, "batch_trees");
  const std::int64_t retain = integer(rows, "retain");
  if (batch_trees < 1 || batch_trees > kMostBatchTrees || retain < 1 || retain > UINT32_MAX)
    throw_corrupt("the options of '" + table_ + "' are out of range");
  options.batch_trees = static_cast<std::uint32_t>(batch_trees);
  options.retain = static_cast<std::uint32_t>(retain);
  options.found_columns = integer(rows, "found_columns") != 0;
  if (const auto age = rows.find("retain_for"); age != rows.end())
    options.retain_for = age->second.text;
  options.declared = read_declared(value(rows, "declared").text);
  options.declaration = value(rows, "declaration").text;
  return options;
}

}  // namespace arbors::store
