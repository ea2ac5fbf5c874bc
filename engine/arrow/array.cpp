#include "engine/arrow/array.h"

#include <cmath>
#include <limits>

#include "engine/json/values/utf8.h"

namespace arbors::arrow {
namespace {

constexpr std::uint64_t kMostLength = 1ULL << 32;
constexpr std::uint64_t kMostRows = 1ULL << 24;  // of a record batch: nulls need no bytes
constexpr int kMostHops = 64;                    // through dictionaries and runs to a value
constexpr std::size_t kShortView = 12;           // bytes of a text that lie in its view itself
constexpr std::size_t kNodeBytes = 16, kBufferBytes = 16;

template <typename T>
T body_number(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at * sizeof(T), sizeof value);
  return value;
}

std::size_t unsigned_size(std::int64_t size) {
  if (size < 0) throw_bad_arrow("an offset is negative");
  return static_cast<std::size_t>(size);
}

std::string_view slice(std::string_view data, std::size_t begin, std::size_t size) {
  if (begin > data.size() || data.size() - begin < size)
    throw_bad_arrow("a text lies outside of its buffer");
  return data.substr(begin, size);
}

double half(std::uint16_t bits) {
  const unsigned exponent = (bits >> 10) & 0x1FU, fraction = bits & 0x3FFU;
  const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  if (exponent == 0x1F)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(fraction + 0x400U, static_cast<int>(exponent) - 25);
}

// Makes the arrays of a record batch from its nodes and buffers, in the order of its fields.
class BodyReader {
 public:
  BodyReader(const FlatTable& batch, std::string_view body, const Dictionaries& dictionaries)
      : nodes_(batch.vector(1, kNodeBytes)),
        buffers_(batch.vector(2, kBufferBytes)),
        view_buffers_(batch.vector(4, sizeof(std::int64_t))),
        body_(body),
        dictionaries_(dictionaries) {
    if (batch.table(3)) throw_bad_arrow("its buffers are compressed; write it without");
  }

  Array array(const Field& field, bool is_index) {
    Array read;
    read.field = &field;
    if (node_ >= nodes_.size()) throw_bad_arrow("a record batch lacks a column");
    const auto length = nodes_.number<std::int64_t>(node_++);
    if (length < 0 || static_cast<std::uint64_t>(length) > kMostLength)
      throw_bad_arrow("a column's length is out of range");
    read.length = static_cast<std::size_t>(length);
    if (is_index) {
      read_validity(read);
      read.values = buffer(read.length * field.index_width);
      read.dictionary = &dictionary(*field.dictionary);
    } else {
      read_buffers(read);
    }
    return read;
  }

  std::vector<Array> children(const Field& field) {
    std::vector<Array> read;
    read.reserve(field.children.size());
    for (const Field& child : field.children)
      read.push_back(array(child, child.dictionary.has_value()));
    return read;
  }

 private:
  const Dictionary& dictionary(std::int64_t number) const {
    const auto found = dictionaries_.find(number);
    if (found == dictionaries_.end()) throw_bad_arrow("a dictionary is missing");
    return found->second;
  }

  std::string_view buffer(std::size_t least) {
    if (buffer_ >= buffers_.size()) throw_bad_arrow("a record batch lacks a buffer");
    const auto offset = buffers_.number<std::int64_t>(buffer_);
    const auto length = buffers_.number<std::int64_t>(buffer_++, sizeof(std::int64_t));
    if (offset < 0 || length < 0 || static_cast<std::uint64_t>(offset) > body_.size() ||
        body_.size() - static_cast<std::size_t>(offset) < static_cast<std::size_t>(length))
      throw_bad_arrow("a buffer lies outside of its message");
    if (static_cast<std::size_t>(length) < least)
      throw_bad_arrow("a buffer is shorter than its column");
    return body_.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  }

  void read_validity(Array& read) {
    read.validity = buffer(0);
    if (!read.validity.empty() && read.validity.size() < (read.length + 7) / 8)
      throw_bad_arrow("a buffer is shorter than its column");
  }

  std::string_view offsets(const Array& read) {
    return buffer(read.length == 0 ? 0 : (read.length + 1) * read.field->width);
  }

  void read_buffers(Array& read) {
    const Field& field = *read.field;
    if (field.kind != Kind::Null && field.kind != Kind::RunEnds) read_validity(read);
    switch (field.kind) {
      case Kind::Bool:
        read.values = buffer((read.length + 7) / 8);
        break;
      case Kind::Text:
        read.offsets = offsets(read);
        read.values = buffer(0);
        break;
      case Kind::TextView:
        read.values = buffer(read.length * field.width);
        read_view_buffers(read);
        break;
      case Kind::List:
        read.offsets = offsets(read);
        break;
      case Kind::ListView:
        read.offsets = buffer(read.length * field.width);
        read.sizes = buffer(read.length * field.width);
        break;
      case Kind::Null:
      case Kind::FixedList:
      case Kind::Struct:
      case Kind::RunEnds:
        break;
      default:
        read.values = buffer(read.length * field.width);
    }
    read.children = children(field);
    check_children(read);
  }

  void read_view_buffers(Array& read) {
    if (view_ >= view_buffers_.size()) throw_bad_arrow("a record batch lacks a count of buffers");
    const std::size_t count = unsigned_size(view_buffers_.number<std::int64_t>(view_++));
    if (count > buffers_.size()) throw_bad_arrow("a record batch lacks a buffer");
    for (std::size_t i = 0; i < count; ++i) read.data.push_back(buffer(0));
  }

  static void check_children(const Array& read) {
    const std::size_t wanted = read.field->kind == Kind::Struct ? read.length
                               : read.field->kind == Kind::FixedList
                                   ? read.length * read.field->list_size
                                   : 0;
    for (const Array& child : read.children)
      if (child.length < wanted) throw_bad_arrow("a column is shorter than the one around it");
  }

  FlatVector nodes_, buffers_, view_buffers_;
  std::string_view body_;
  const Dictionaries& dictionaries_;
  std::size_t node_ = 0, buffer_ = 0, view_ = 0;
};

std::size_t rows_of(const FlatTable& table) {
  const auto rows = table.number<std::int64_t>(0, 0);
  if (rows < 0 || static_cast<std::uint64_t>(rows) > kMostRows)
    throw_bad_arrow("a record batch has more than " + std::to_string(kMostRows) + " rows");
  return static_cast<std::size_t>(rows);
}

Cell entry_of(const Array& indices, std::size_t at) {
  const Field& field = *indices.field;
  const std::int64_t code = Array::integer_at(indices.values, field.index_width, at);
  auto index = static_cast<std::uint64_t>(code);
  if (field.index_kind == Kind::Unsigned && field.index_width < 8)
    index &= (1ULL << (field.index_width * 8U)) - 1;
  for (const Array& part : indices.dictionary->parts) {
    if (index < part.length) return {&part, static_cast<std::size_t>(index)};
    index -= part.length;
  }
  throw_bad_arrow("an index is not in its dictionary");
}

// Finds the run that a position lies in: the first whose end is beyond it.
Cell run_of(const Array& runs, std::size_t at) {
  const Array& ends = runs.children[0];
  std::size_t first = 0, count = ends.length;
  while (count > 0) {
    const std::size_t half_way = count / 2;
    const bool before = ends.integer(first + half_way) <= static_cast<std::int64_t>(at);
    first += before ? half_way + 1 : 0;
    count = before ? count - half_way - 1 : half_way;
  }
  if (first >= ends.length || first >= runs.children[1].length)
    throw_bad_arrow("a position lies in no run");
  return {&runs.children[1], first};
}

}  // namespace

std::int64_t Array::integer_at(std::string_view numbers, std::size_t width, std::size_t at) {
  switch (width) {
    case 1:
      return body_number<std::int8_t>(numbers, at);
    case 2:
      return body_number<std::int16_t>(numbers, at);
    case 4:
      return body_number<std::int32_t>(numbers, at);
    default:
      return body_number<std::int64_t>(numbers, at);
  }
}

std::uint64_t Array::unsigned_integer(std::size_t at) const {
  const auto value = static_cast<std::uint64_t>(integer(at));
  return field->width < 8 ? value & ((1ULL << (field->width * 8U)) - 1) : value;
}

double Array::real(std::size_t at) const {
  if (field->width == 8) return body_number<double>(values, at);
  if (field->width == 4) return body_number<float>(values, at);
  return half(body_number<std::uint16_t>(values, at));
}

std::string_view Array::text(std::size_t at) const {
  std::string_view found;
  if (field->kind == Kind::Text) {
    const std::size_t begin = unsigned_size(integer_at(offsets, field->width, at));
    const std::size_t end = unsigned_size(integer_at(offsets, field->width, at + 1));
    if (end < begin) throw_bad_arrow("an offset falls");
    found = slice(values, begin, end - begin);
  } else {
    const std::size_t size = unsigned_size(body_number<std::int32_t>(values, at * 4));
    if (size <= kShortView) {
      found = values.substr(at * 16 + 4, size);
    } else {
      const std::size_t buffer = unsigned_size(body_number<std::int32_t>(values, at * 4 + 2));
      const std::size_t begin = unsigned_size(body_number<std::int32_t>(values, at * 4 + 3));
      if (buffer >= data.size()) throw_bad_arrow("a text lies outside of its buffer");
      found = slice(data[buffer], begin, size);
    }
  }
  if (!json::is_utf8(found)) throw_bad_arrow("a text of '" + field->name + "' is not UTF-8");
  return found;
}

Cell cell_of(const Array& array, std::size_t at) {
  Cell cell{&array, at};
  for (int hop = 0; hop < kMostHops; ++hop) {
    const Array& here = *cell.array;
    if (cell.at >= here.length) throw_bad_arrow("a value lies outside of its column");
    if (here.field->kind == Kind::Null || !here.is_valid(cell.at)) return {nullptr, 0};
    if (here.dictionary != nullptr)
      cell = entry_of(here, cell.at);
    else if (here.field->kind == Kind::RunEnds)
      cell = run_of(here, cell.at);
    else
      return cell;
  }
  throw_bad_arrow("a dictionary holds itself");
}

Elements elements_of(const Array& list, std::size_t at) {
  const Field& field = *list.field;
  const Array& child = list.children[0];
  std::size_t begin = at * field.list_size, size = field.list_size;
  if (field.kind != Kind::FixedList) {
    begin = unsigned_size(Array::integer_at(list.offsets, field.width, at));
    const std::int64_t end = field.kind == Kind::List
                                 ? Array::integer_at(list.offsets, field.width, at + 1)
                                 : Array::integer_at(list.sizes, field.width, at);
    size = unsigned_size(end);
    if (field.kind == Kind::List) {
      if (size < begin) throw_bad_arrow("an offset falls");
      size -= begin;
    }
  }
  if (begin > child.length || child.length - begin < size)
    throw_bad_arrow("a list's elements lie outside of its column");
  return {child, begin, begin + size};
}

Array read_record_batch(const FlatTable& table, std::string_view body, const Field& rows,
                        const Dictionaries& dictionaries) {
  Array read;
  read.field = &rows;
  read.length = rows_of(table);
  read.children = BodyReader(table, body, dictionaries).children(rows);
  for (const Array& child : read.children)
    if (child.length < read.length) throw_bad_arrow("a column is shorter than its record batch");
  return read;
}

Array read_values(const FlatTable& table, std::string_view body, const Field& values,
                  const Dictionaries& dictionaries) {
  return BodyReader(table, body, dictionaries).array(values, false);
}

}  // namespace arbors::arrow
