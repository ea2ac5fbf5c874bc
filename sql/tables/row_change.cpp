#include "sql/tables/row_change.h"

#include <string_view>

namespace arbors::store {

namespace {

constexpr std::string_view kWhat = "the change log";

void write_value(ByteWriter& writer, const SetValue& value) {
  writer.varint(value.path);
  writer.text(value.json);
}

SetValue read_value(ByteReader& reader) {
  const auto path = static_cast<PathId>(reader.count(kNoPath - 1));
  return {path, std::string(reader.text())};
}

}  // namespace

std::size_t ReplacedRow::bytes() const {
  std::size_t bytes = tree.size() + 8;
  for (const SetValue& value : values) bytes += value.json.size() + 4;
  return bytes;
}

Bytes to_bytes(std::span<const SetValue> values) {
  Bytes out;
  ByteWriter writer(out);
  for (const SetValue& value : values) write_value(writer, value);
  return out;
}

Bytes to_bytes(std::span<const ReplacedRow> rows) {
  Bytes out;
  ByteWriter writer(out);
  std::uint64_t last = 0;
  for (const ReplacedRow& row : rows) {
    writer.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(row.rowid) - last));
    last = static_cast<std::uint64_t>(row.rowid);
    writer.varint(row.values.size());
    for (const SetValue& value : row.values) write_value(writer, value);
    if (row.values.empty()) writer.text(row.tree);
  }
  return out;
}

std::vector<SetValue> read_values(ByteSpan bytes) {
  ByteReader reader(bytes, kWhat);
  std::vector<SetValue> values;
  while (reader.remaining() > 0) values.push_back(read_value(reader));
  return values;
}

std::vector<ReplacedRow> read_rows(ByteSpan bytes) {
  ByteReader reader(bytes, kWhat);
  std::vector<ReplacedRow> rows;
  std::uint64_t last = 0;
  while (reader.remaining() > 0) {
    ReplacedRow& row = rows.emplace_back();
    last += static_cast<std::uint64_t>(reader.zigzag());
    row.rowid = static_cast<std::int64_t>(last);
    for (std::uint64_t left = reader.count(reader.remaining()); left > 0; --left) {
      row.values.push_back(read_value(reader));
    }
    if (row.values.empty()) row.tree = reader.text();
  }
  return rows;
}

}  // namespace arbors::store
