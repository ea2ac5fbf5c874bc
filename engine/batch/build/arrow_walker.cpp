#include "engine/batch/build/arrow_walker.h"

#include <cmath>

#include "engine/json/values/scalar_reader.h"

namespace arbors::batch {
namespace {

using arrow::Kind;

constexpr std::uint64_t kNumberBytes = 8;   // of a value's JSON text, about
constexpr std::size_t kBehindNumbers = 16;  // bytes, for readers of whole words

}  // namespace

bool ArrowWalker::walk(const arrow::Array& array, std::size_t at, std::uint32_t row,
                       arrow::Allowance& allowance) {
  bytes_ = 0;
  allowance_ = &allowance;
  return value(array, at, columns_.root(), row);
}

bool ArrowWalker::value(const arrow::Array& given, std::size_t given_at, ColumnBuilder& column,
                        std::uint32_t row) {
  const auto [array, at] = arrow::cell_of(given, given_at);
  allowance_->spend(1);
  steps_.step();
  bytes_ += kNumberBytes;
  if (array == nullptr) {
    column.push(row, Tag::Null);
    return true;
  }
  switch (array->field->kind) {
    case Kind::Struct:
      return object(*array, at, column, row);
    case Kind::List:
    case Kind::ListView:
    case Kind::FixedList:
      return list(*array, at, column, row);
    default:
      scalar(*array, at, column, row);
      return true;
  }
}

void ArrowWalker::scalar(const arrow::Array& array, std::size_t at, ColumnBuilder& column,
                         std::uint32_t row) {
  switch (array.field->kind) {
    case Kind::Bool:
      return column.push(row, array.flag(at) ? Tag::True : Tag::False);
    case Kind::Integer:
      column.push(row, Tag::Integer);
      return column.integers.push_back(array.integer(at));
    case Kind::Unsigned:
      if (const std::uint64_t integer = array.unsigned_integer(at); integer > INT64_MAX)
        return number(std::to_string(integer), column, row);
      else
        column.integers.push_back(static_cast<std::int64_t>(integer));
      return column.push(row, Tag::Integer);
    case Kind::Real:
      return real(array.real(at), column, row);
    case Kind::Decimal:
      scratch_.clear();
      arrow::append_decimal(array, at, scratch_);
      return number(scratch_, column, row);
    case Kind::Text:
    case Kind::TextView:
      return text(array.text(at), column, row);
    default:
      scratch_.clear();
      arrow::append_time_text(array, at, scratch_);
      return text(scratch_, column, row);
  }
}

void ArrowWalker::real(double real, ColumnBuilder& column, std::uint32_t row) {
  if (std::isnan(real)) return column.push(row, Tag::Null);
  column.push(row, Tag::Real);
  column.reals.push_back(real);
}

// Pushes a number that stands as its digits.
void ArrowWalker::number(const std::string& text, ColumnBuilder& column, std::uint32_t row) {
  const std::string padded = text + std::string(kBehindNumbers, '\0');
  const json::Number number = json::parse_number(padded.data(), padded.data() + text.size());
  if (number.kind == json::NumberKind::Integer) {
    column.push(row, Tag::Integer);
    column.integers.push_back(number.integer);
  } else if (number.kind == json::NumberKind::Real) {
    real(number.real, column, row);
  } else {
    std::string big;
    json::write_big_number(big, text);
    column.push(row, Tag::BigNumber);
    column.big_numbers.add(big);
  }
}

void ArrowWalker::text(std::string_view text, ColumnBuilder& column, std::uint32_t row) {
  allowance_->spend(text.size() / 16);
  bytes_ += text.size();
  column.push(row, Tag::String);
  column.strings.add(text);
}

void ArrowWalker::opaque(const arrow::Array& array, std::size_t at, ColumnBuilder& column,
                         std::uint32_t row) {
  std::string json;
  arrow::append_json(array, at, *allowance_, json);
  bytes_ += json.size();
  column.push(row, Tag::Opaque);
  column.opaque.add(json);
}

bool ArrowWalker::list(const arrow::Array& array, std::size_t at, ColumnBuilder& column,
                       std::uint32_t row) {
  if (column.depth >= max_depth_ || column.opaque_arrays) {
    opaque(array, at, column, row);
    return true;
  }
  const arrow::Elements given = arrow::elements_of(array, at);
  column.push(row, Tag::Array);
  column.lengths.push_back(0);
  if (given.begin == given.end) return true;
  ColumnBuilder* elements = columns_.elements(column);
  if (elements == nullptr) return false;
  for (std::size_t i = given.begin; i < given.end; ++i) {
    ++column.lengths.back();
    if (!value(given.array, i, *elements, elements->rows++)) return false;
  }
  return true;
}

ArrowWalker::Object& ArrowWalker::object_of(const arrow::Array& array,
                                            const ColumnBuilder& column) {
  const std::size_t number = array.field->number;
  if (number >= objects_.size()) objects_.resize(number + 1);
  Object& object = objects_[number];
  if (object.column != &column) object = {&column, {}, 0, false};
  return object;
}

bool ArrowWalker::object(const arrow::Array& array, std::size_t at, ColumnBuilder& column,
                         std::uint32_t row) {
  if (column.depth >= max_depth_ || column.opaque_objects) {
    opaque(array, at, column, row);
    return true;
  }
  column.push(row, Tag::Object);
  column.shape_of.push_back(0);
  for (std::size_t i = 0; i < array.children.size(); ++i) {
    const arrow::Array& child = array.children[i];
    ColumnBuilder* found = nullptr;
    // Looked up anew for each child: values of children may make objects_ grow.
    if (Object& object = object_of(array, column); i < object.children.size()) {
      found = object.children[i];
    } else {
      found = columns_.child(column, child.field->name);
      if (found == nullptr) return false;
      object_of(array, column).children.push_back(found);
    }
    if (!value(child, at, *found, row)) return false;
  }
  Object& object = object_of(array, column);
  if (!object.has_shape) {
    std::vector<PathId> keys;
    for (const ColumnBuilder* child : object.children) keys.push_back(child->id);
    object.shape = columns_.shape_code(column, std::move(keys));
    object.has_shape = true;
  }
  column.shape_of.back() = object.shape;
  return true;
}

}  // namespace arbors::batch
