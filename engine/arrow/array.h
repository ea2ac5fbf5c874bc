// Columns of a record batch of an Arrow IPC stream as they lie in its body: nothing is copied, the
// bytes outlive them. What an array's length promises is checked when it is made, what its values
// point to when they are asked for; so any value of any bytes can be asked for.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/arrow/schema.h"

namespace arbors::arrow {

struct Dictionary;

struct Array {
  const Field* field = nullptr;
  const Dictionary* dictionary = nullptr;  // where the values are indices
  std::size_t length = 0;
  std::string_view validity;           // a bit a value; empty: all are there
  std::string_view values;             // numbers, bits, views; a text's bytes
  std::string_view offsets, sizes;     // of texts and lists
  std::vector<std::string_view> data;  // what views point to
  std::vector<Array> children;

  bool is_valid(std::size_t at) const { return validity.empty() || bit(validity, at); }
  bool flag(std::size_t at) const { return bit(values, at); }
  std::int64_t integer(std::size_t at) const { return integer_at(values, field->width, at); }
  std::uint64_t unsigned_integer(std::size_t at) const;
  double real(std::size_t at) const;
  std::string_view text(std::size_t at) const;  // checked to be UTF-8
  std::string_view decimal(std::size_t at) const {
    return values.substr(at * field->width, field->width);
  }

  static bool bit(std::string_view bits, std::size_t at) {
    return ((static_cast<unsigned char>(bits[at / 8]) >> (at % 8)) & 1U) != 0;
  }
  static std::int64_t integer_at(std::string_view numbers, std::size_t width, std::size_t at);
};

// The values that indices stand for; a stream may add to them and replace them.
struct Dictionary {
  const Field* field = nullptr;  // the first that has it
  std::vector<Array> parts;
};
using Dictionaries = std::map<std::int64_t, Dictionary>;

// One value: an array's own, not one of a dictionary or a run. No array: null.
struct Cell {
  const Array* array;
  std::size_t at;
};
Cell cell_of(const Array& array, std::size_t at);

// The elements of a value of List, ListView or FixedList.
struct Elements {
  const Array& array;
  std::size_t begin, end;
};
Elements elements_of(const Array& list, std::size_t at);

// Reads a table RecordBatch of the format over its message's body. `rows`: the field of its columns
// in one Struct, or of a dictionary's values.
Array read_record_batch(const FlatTable& table, std::string_view body, const Field& rows,
                        const Dictionaries& dictionaries);
Array read_values(const FlatTable& table, std::string_view body, const Field& values,
                  const Dictionaries& dictionaries);

}  // namespace arbors::arrow
