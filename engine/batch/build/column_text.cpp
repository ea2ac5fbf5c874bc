#include "engine/batch/build/column_text.h"

#include <cstring>

#include "engine/json/values/writer.h"

namespace arbors::batch {

namespace {

// Moves past missing rows, many at a time: rare paths have long runs of them.
void skip_missing(const ColumnBuilder& column, std::uint32_t end, std::uint32_t& row) {
  const std::uint8_t* const tags = column.tags.data();
  for (std::uint64_t some = 0; end - row >= sizeof(some); row += sizeof(some)) {
    std::memcpy(&some, tags + row, sizeof(some));
    if (some != 0) return;
  }
}

}  // namespace

// Moves a place past its row.
void ColumnText::pass(const ColumnBuilder& column, Place& place) {
  const auto tag = static_cast<Tag>(column.tags[place.row]);
  std::size_t& used = place.used[static_cast<unsigned>(tag)];
  if (tag == Tag::Array) place.elements += column.lengths[used];
  ++used;
  ++place.row;
}

void ColumnText::write(const ColumnBuilder& column, std::uint32_t row, std::string& out) {
  Place& known = places_[&column];
  while (known.row < row) {
    skip_missing(column, row, known.row);
    if (known.row < row) pass(column, known);
  }
  const Place place = known;
  const auto tag = static_cast<Tag>(column.tags[row]);
  const std::size_t value = place.used[static_cast<unsigned>(tag)];
  switch (tag) {
    case Tag::Missing:
      return;
    case Tag::Null:
      out += "null";
      return;
    case Tag::False:
      out += "false";
      return;
    case Tag::True:
      out += "true";
      return;
    case Tag::Integer:
      return json::write_integer(out, column.integers[value]);
    case Tag::Real:
      return json::write_real(out, column.reals[value]);
    case Tag::BigNumber:
      out += column.big_numbers.buffer()[value];
      return;
    case Tag::String:
      return json::write_string(out, column.strings.buffer()[value]);
    case Tag::Object:
      return write_object(column, place, out);
    case Tag::Array:
      return write_array(column, place, out);
    case Tag::Opaque:
      out += column.opaque.buffer()[value];
      return;
  }
}

void ColumnText::write_array(const ColumnBuilder& column, const Place& place, std::string& out) {
  const std::uint32_t length = column.lengths[place.used[static_cast<unsigned>(Tag::Array)]];
  out += '[';
  for (std::uint32_t i = 0; i < length; ++i) {
    if (i > 0) out += ',';
    write(*column.elements, place.elements + i, out);
  }
  out += ']';
}

void ColumnText::write_object(const ColumnBuilder& column, const Place& place, std::string& out) {
  const std::uint32_t shape = column.shape_of[place.used[static_cast<unsigned>(Tag::Object)]];
  out += '{';
  for (const PathId id : column.shapes[shape]) {
    const ColumnBuilder& child = *by_id_[id];
    if (id != column.shapes[shape].front()) out += ',';
    json::write_string(out, child.key);
    out += ':';
    write(child, place.row, out);
  }
  out += '}';
}

}  // namespace arbors::batch
