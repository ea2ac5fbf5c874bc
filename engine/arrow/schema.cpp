#include "engine/arrow/schema.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/json/values/utf8.h"

namespace arbors::arrow {
namespace {

constexpr unsigned kMostNesting = 200;  // of fields

namespace field_slot {
enum : unsigned { kName, kNullable, kTypeKind, kType, kDictionary, kChildren };
}

constexpr std::array<std::uint32_t, 4> kUnitsPerSecond{1, 1000, 1000000, 1000000000};

using SetType = void (*)(Field& field, const FlatTable& type);

std::uint32_t units(const FlatTable& type, std::int16_t otherwise) {
  const auto unit = static_cast<std::uint16_t>(type.number<std::int16_t>(0, otherwise));
  if (unit >= kUnitsPerSecond.size()) throw_bad_arrow("a unit of time is unknown");
  return kUnitsPerSecond[unit];
}

std::uint8_t bytes_of_bits(std::int32_t bits, std::int32_t most) {
  if (bits < 8 || bits > most || (bits & (bits - 1)) != 0)
    throw_bad_arrow("numbers of " + std::to_string(bits) + " bits are unknown");
  return static_cast<std::uint8_t>(bits / 8);
}

void set_integer(Field& field, const FlatTable& type) {
  field.width = bytes_of_bits(type.number<std::int32_t>(0, 0), 64);
  field.kind = type.number<std::uint8_t>(1, 0) != 0 ? Kind::Integer : Kind::Unsigned;
}

void set_real(Field& field, const FlatTable& type) {
  const auto precision = static_cast<std::uint16_t>(type.number<std::int16_t>(0, 0));
  if (precision > 2) throw_bad_arrow("a precision is unknown");
  field.kind = Kind::Real;
  field.width = static_cast<std::uint8_t>(2U << precision);
}

void set_decimal(Field& field, const FlatTable& type) {
  field.kind = Kind::Decimal;
  field.scale = type.number<std::int32_t>(1, 0);
  field.width = bytes_of_bits(type.number<std::int32_t>(2, 128), 256);
  if (field.width < 4 || field.scale < -100 || field.scale > 100)
    throw_bad_arrow("a decimal is out of range");
}

void set_date(Field& field, const FlatTable& type) {
  const bool days = type.number<std::int16_t>(0, 1) == 0;
  field.kind = Kind::Date;
  field.width = days ? 4 : 8;
  field.per_second = days ? 0 : 1000;
}

void set_time(Field& field, const FlatTable& type) {
  field.kind = Kind::Time;
  field.per_second = units(type, 1);
  field.width = field.per_second <= 1000 ? 4 : 8;
}

void set_timestamp(Field& field, const FlatTable& type) {
  field.kind = Kind::Timestamp;
  field.per_second = units(type, 0);
  field.width = 8;
  field.zoned = !type.text(1).empty();
}

void set_fixed_list(Field& field, const FlatTable& type) {
  const auto size = type.number<std::int32_t>(0, 0);
  if (size < 0) throw_bad_arrow("a list has less than no elements");
  field.kind = Kind::FixedList;
  field.list_size = static_cast<std::uint32_t>(size);
}

template <Kind kKind, std::uint8_t kWidth>
void set_plain(Field& field, const FlatTable&) {
  field.kind = kKind;
  field.width = kWidth;
}

// The members of the format's union Type, by their numbers.
struct TypeRow {
  std::string_view name;
  SetType set;   // nullptr: JSON has no such values
  int children;  // how many; -1: any number
};
constexpr TypeRow kTypes[] = {
    {"of no type", nullptr, 0},
    {"null", set_plain<Kind::Null, 0>, 0},
    {"integer", set_integer, 0},
    {"real", set_real, 0},
    {"binary", nullptr, 0},
    {"text", set_plain<Kind::Text, 4>, 0},
    {"bool", set_plain<Kind::Bool, 0>, 0},
    {"decimal", set_decimal, 0},
    {"date", set_date, 0},
    {"time", set_time, 0},
    {"timestamp", set_timestamp, 0},
    {"interval", nullptr, 0},
    {"list", set_plain<Kind::List, 4>, 1},
    {"struct", set_plain<Kind::Struct, 0>, -1},
    {"union", nullptr, -1},
    {"fixed-size binary", nullptr, 0},
    {"fixed-size list", set_fixed_list, 1},
    {"map", set_plain<Kind::List, 4>, 1},
    {"duration", nullptr, 0},
    {"binary", nullptr, 0},
    {"large text", set_plain<Kind::Text, 8>, 0},
    {"large list", set_plain<Kind::List, 8>, 1},
    {"run-end encoding", set_plain<Kind::RunEnds, 0>, 2},
    {"binary view", nullptr, 0},
    {"text view", set_plain<Kind::TextView, 16>, 0},
    {"list view", set_plain<Kind::ListView, 4>, 1},
    {"large list view", set_plain<Kind::ListView, 8>, 1},
};

class SchemaReader {
 public:
  Field field(const FlatTable& table, unsigned depth) {
    if (depth > kMostNesting)
      throw_bad_arrow("more than " + std::to_string(kMostNesting) + " levels of types");
    Field read;
    read.name = table.text(field_slot::kName);
    if (!json::is_utf8(read.name)) throw_bad_arrow("the name '" + read.name + "' is not UTF-8");
    read.number = next_++;
    set_type(read, table);
    set_dictionary(read, table);
    read.children = children(table.vector(field_slot::kChildren, 4), depth);
    check_children(read, table);
    return read;
  }

  std::vector<Field> children(const FlatVector& tables, unsigned depth) {
    std::vector<Field> read;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      // A table may stand in several vectors: their number is not bounded by the bytes.
      if (next_ >= kMostFields) throw_bad_arrow("there are too many fields");
      read.push_back(field(tables.table(i), depth + 1));
    }
    return read;
  }

  std::uint32_t count() const { return next_; }
  std::uint32_t take_number() { return next_++; }

 private:
  static constexpr std::uint32_t kMostFields = 1U << 20;

  static void set_type(Field& read, const FlatTable& table) {
    const auto number = table.number<std::uint8_t>(field_slot::kTypeKind, 0);
    if (number >= std::size(kTypes)) throw_bad_arrow("the type of '" + read.name + "' is unknown");
    const TypeRow& row = kTypes[number];
    if (row.set == nullptr)
      throw_bad_arrow("'" + read.name + "' is " + std::string(row.name) +
                      ", which JSON has not; cast it to a text or a number");
    const std::optional<FlatTable> type = table.table(field_slot::kType);
    if (!type) throw_bad_arrow("'" + read.name + "' has no type");
    row.set(read, *type);
  }

  static void set_dictionary(Field& read, const FlatTable& table) {
    const std::optional<FlatTable> encoding = table.table(field_slot::kDictionary);
    if (!encoding) return;
    read.dictionary = encoding->number<std::int64_t>(0, 0);
    Field index;
    index.kind = Kind::Integer;
    index.width = 4;
    if (const std::optional<FlatTable> type = encoding->table(1)) set_integer(index, *type);
    read.index_kind = index.kind;
    read.index_width = index.width;
  }

  static void check_children(const Field& read, const FlatTable& table) {
    const int wanted = kTypes[table.number<std::uint8_t>(field_slot::kTypeKind, 0)].children;
    if (wanted >= 0 && read.children.size() != static_cast<std::size_t>(wanted))
      throw_bad_arrow("'" + read.name + "' has " + std::to_string(read.children.size()) +
                      " children");
    if (read.kind == Kind::RunEnds &&
        (read.children[0].kind != Kind::Integer || read.children[0].dictionary))
      throw_bad_arrow("the ends of the runs of '" + read.name + "' are no integers");
    if (read.kind == Kind::Struct) check_names(read.children);
  }

 public:
  static void check_names(const std::vector<Field>& fields) {
    std::vector<std::string_view> names;
    for (const Field& field : fields) names.push_back(field.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
      throw_bad_arrow("two columns are named '" + std::string(*twice) + "'; rename one");
  }

 private:
  std::uint32_t next_ = 0;
};

}  // namespace

Schema read_schema(const FlatTable& schema) {
  if (schema.number<std::int16_t>(0, 0) != 0) throw_bad_arrow("its bytes are big-endian");
  SchemaReader reader;
  Schema read;
  read.rows.kind = Kind::Struct;
  read.rows.number = reader.take_number();
  read.rows.children = reader.children(schema.vector(1, 4), 0);
  SchemaReader::check_names(read.rows.children);
  read.fields = reader.count();
  return read;
}

}  // namespace arbors::arrow
