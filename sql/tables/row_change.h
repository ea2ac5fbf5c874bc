// What the log tells of a stored row that is replaced: another tree, or other values in it.
//
//   values := (path varint, json text) each
//   rows   := (rowid zigzag, from the one before; count varint; values, or where 0 the tree, text)
//   each text   := length varint, bytes
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/path_dictionary.h"

namespace arbors::store {

// A value that takes the place of one that is no object or array. The path consists of keys.
struct SetValue {
  PathId path = kRootPath;
  std::string json;  // minimal JSON text, no object or array either
};

struct ReplacedRow {
  std::int64_t rowid = 0;
  std::string tree;              // where there are no values
  std::vector<SetValue> values;  // ascending by path

  std::size_t bytes() const;  // about what it takes in the log
};

Bytes to_bytes(std::span<const SetValue> values);
Bytes to_bytes(std::span<const ReplacedRow> rows);

// Throw Error{Corrupt} where the bytes are none of that.
std::vector<SetValue> read_values(ByteSpan bytes);
std::vector<ReplacedRow> read_rows(ByteSpan bytes);

}  // namespace arbors::store
