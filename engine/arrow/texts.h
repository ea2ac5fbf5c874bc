// Arrow values that JSON has as texts: dates and times in ISO 8601 (`2026-01-31`, `12:00:00`, with
// six or nine digits of a second where it is no whole one; instants in UTC with `+00:00`),
// decimals as their digits; and any value as minimal JSON.
#pragma once

#include <cstdint>
#include <string>

#include "engine/arrow/array.h"

namespace arbors::arrow {

// Append the text, without quotes, of a Date, Time or Timestamp, or of a Decimal: a number of JSON,
// an integer where nothing but zeros follows the point.
void append_time_text(const Array& array, std::size_t at, std::string& out);
void append_decimal(const Array& array, std::size_t at, std::string& out);

// How many values may still be read: dictionaries, views and runs may unfold to many more than
// there are bytes. Throws Error{Invalid} where they are used up.
class Allowance {
 public:
  explicit Allowance(std::uint64_t values) : left_(values) {}
  void spend(std::uint64_t values) {
    if (values > left_) throw_bad_arrow("it unfolds to far more values than it has bytes");
    left_ -= values;
  }

 private:
  std::uint64_t left_;
};

// Appends a value's minimal JSON text.
void append_json(const Array& array, std::size_t at, Allowance& allowance, std::string& out);

}  // namespace arbors::arrow
