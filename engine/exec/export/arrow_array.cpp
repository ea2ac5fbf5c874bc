#include "engine/exec/export/arrow_array.h"

#include <cstring>

namespace arbors::exec {
namespace {

constexpr std::size_t kWordBytes = 8;  // of a number

bool bit(const std::string& bits, std::size_t row) {
  return ((bits[row / 8] >> (row % 8)) & 1) != 0;
}

// Sets `count` bits from `first` on as those of `from`, or all of them where it is empty.
void place_bits(const std::string& from, std::uint32_t count, std::size_t first, std::string& to) {
  if (first % 8 == 0 && !from.empty()) {
    std::memcpy(to.data() + first / 8, from.data(), (count + 7) / 8);
    return;
  }
  for (std::uint32_t row = 0; row < count; ++row)
    if (from.empty() || bit(from, row)) set_bit(to, first + row);
}

using Parts = std::vector<const ArrowArray*>;

std::uint32_t rows_of(const Parts& parts) {
  std::uint32_t rows = 0;
  for (const ArrowArray* part : parts) rows += part->rows;
  return rows;
}

// Joins bits that are one a row: of rows without nulls all are set, where `all` says so.
std::string joined_bits(const Parts& parts, std::string ArrowArray::*bits) {
  std::string joined = no_bits(rows_of(parts));
  std::size_t first = 0;
  for (const ArrowArray* part : parts) {
    place_bits(part->*bits, part->rows, first, joined);
    first += part->rows;
  }
  return joined;
}

void join_offsets(const Parts& parts, ArrowArray& joined) {
  joined.offsets.reserve(joined.rows + std::size_t{1});
  joined.offsets.push_back(0);
  for (const ArrowArray* part : parts) {
    const std::int32_t base = joined.offsets.back();
    for (std::uint32_t row = 1; row <= part->rows; ++row)
      joined.offsets.push_back(base + part->offsets[row]);
  }
}

void join_values(const Parts& parts, ArrowArray& joined) {
  std::size_t bytes = 0;
  for (const ArrowArray* part : parts) bytes += part->values.size();
  joined.values.reserve(bytes);
  for (const ArrowArray* part : parts) joined.values += part->values;
}

ArrowArray join(const ArrowField& field, const Parts& parts) {
  ArrowArray joined;
  joined.rows = rows_of(parts);
  for (const ArrowArray* part : parts) joined.nulls += part->nulls;
  if (joined.nulls != 0) joined.validity = joined_bits(parts, &ArrowArray::validity);
  switch (field.kind) {
    case ArrowKind::Bool:
      joined.values = joined_bits(parts, &ArrowArray::values);
      break;
    case ArrowKind::Text:
    case ArrowKind::Json:
      join_offsets(parts, joined);
      join_values(parts, joined);
      break;
    case ArrowKind::List:
      join_offsets(parts, joined);
      break;
    default:
      join_values(parts, joined);
  }
  for (std::size_t child = 0; child < field.children.size(); ++child) {
    Parts inside;
    for (const ArrowArray* part : parts) inside.push_back(&part->children[child]);
    joined.children.push_back(join(field.children[child], inside));
  }
  return joined;
}

using RowNumbers = std::span<const std::uint32_t>;

void pick_texts(const ArrowArray& from, RowNumbers rows, ArrowArray& picked) {
  std::size_t end = 0;
  picked.offsets.reserve(rows.size() + 1);
  picked.offsets.push_back(0);
  for (const std::uint32_t row : rows) {
    end += static_cast<std::size_t>(from.offsets[row + 1] - from.offsets[row]);
    picked.offsets.push_back(static_cast<std::int32_t>(end));
  }
  picked.values.reserve(end);
  for (const std::uint32_t row : rows)
    picked.values.append(from.values, static_cast<std::size_t>(from.offsets[row]),
                         static_cast<std::size_t>(from.offsets[row + 1] - from.offsets[row]));
}

void pick_numbers(const ArrowArray& from, RowNumbers rows, ArrowArray& picked) {
  picked.values.resize(rows.size() * kWordBytes);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::memcpy(picked.values.data() + i * kWordBytes, from.values.data() + rows[i] * kWordBytes,
                kWordBytes);
}

ArrowArray pick_array(const ArrowField& field, const ArrowArray& from, RowNumbers rows);

void pick_lists(const ArrowField& field, const ArrowArray& from, RowNumbers rows,
                ArrowArray& picked) {
  std::vector<std::uint32_t> elements;
  picked.offsets.reserve(rows.size() + 1);
  picked.offsets.push_back(0);
  for (const std::uint32_t row : rows) {
    for (std::int32_t i = from.offsets[row]; i < from.offsets[row + 1]; ++i)
      elements.push_back(static_cast<std::uint32_t>(i));
    picked.offsets.push_back(static_cast<std::int32_t>(elements.size()));
  }
  picked.children.push_back(pick_array(field.children[0], from.children[0], elements));
}

ArrowArray pick_array(const ArrowField& field, const ArrowArray& from, RowNumbers rows) {
  ArrowArray picked;
  picked.rows = static_cast<std::uint32_t>(rows.size());
  if (!from.validity.empty()) {
    picked.validity = no_bits(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (from.valid(rows[i]))
        set_bit(picked.validity, i);
      else
        ++picked.nulls;
    }
    if (picked.nulls == 0) picked.validity.clear();
  }
  switch (field.kind) {
    case ArrowKind::Bool:
      picked.values = no_bits(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (bit(from.values, rows[i])) set_bit(picked.values, i);
      break;
    case ArrowKind::Text:
    case ArrowKind::Json:
      pick_texts(from, rows, picked);
      break;
    case ArrowKind::List:
      pick_lists(field, from, rows, picked);
      break;
    case ArrowKind::Struct:
      for (std::size_t child = 0; child < field.children.size(); ++child)
        picked.children.push_back(pick_array(field.children[child], from.children[child], rows));
      break;
    default:
      pick_numbers(from, rows, picked);
  }
  return picked;
}

}  // namespace

std::size_t ArrowArray::bytes() const {
  std::size_t bytes = validity.size() + offsets.size() * sizeof(std::int32_t) + values.size();
  for (const ArrowArray& child : children) bytes += child.bytes();
  return bytes;
}

std::size_t ArrowTable::bytes() const {
  std::size_t bytes = 0;
  for (const ArrowArray& column : columns) bytes += column.bytes();
  return bytes;
}

ArrowTable concatenate(std::span<const ArrowField> columns, std::span<const ArrowTable> parts) {
  ArrowTable joined;
  for (const ArrowTable& part : parts) joined.rows += part.rows;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    Parts arrays;
    for (const ArrowTable& part : parts) arrays.push_back(&part.columns[column]);
    joined.columns.push_back(join(columns[column], arrays));
  }
  return joined;
}

ArrowTable pick(std::span<const ArrowField> columns, const ArrowTable& from, RowNumbers rows) {
  ArrowTable picked{static_cast<std::uint32_t>(rows.size()), {}};
  for (std::size_t column = 0; column < columns.size(); ++column)
    picked.columns.push_back(pick_array(columns[column], from.columns[column], rows));
  return picked;
}

}  // namespace arbors::exec
