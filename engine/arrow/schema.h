// The schema of an Arrow IPC stream that is read: fields with the types whose values become JSON.
// https://arrow.apache.org/docs/format/Columnar.html, format/Schema.fbs
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/arrow/flat_table.h"

namespace arbors::arrow {

enum class Kind : std::uint8_t {
  Null,
  Bool,
  Integer,
  Unsigned,
  Real,
  Decimal,
  Text,
  TextView,
  Date,
  Time,
  Timestamp,
  List,
  ListView,
  FixedList,
  Struct,
  RunEnds,
};

struct Field {
  std::string name;
  Kind kind = Kind::Null;
  std::uint8_t width = 0;        // bytes of a number, a time or an offset
  std::uint32_t list_size = 0;   // FixedList
  std::int32_t scale = 0;        // Decimal
  std::uint32_t per_second = 0;  // Time, Timestamp: units; Date: 0 of days, 1000 of milliseconds
  bool zoned = false;            // Timestamp: of an instant, else of a clock on some wall
  std::uint32_t number = 0;      // of all fields of the schema, from 0
  std::vector<Field> children;
  std::optional<std::int64_t> dictionary;  // its number: values are indices into it
  Kind index_kind = Kind::Integer;         // of these
  std::uint8_t index_width = 0;
};

struct Schema {
  Field rows;            // a Struct of the columns
  std::uint32_t fields;  // how many there are in all
};

// Throws Error{Invalid} where a type has no values of JSON, and names it and the column.
Schema read_schema(const FlatTable& schema);

}  // namespace arbors::arrow
