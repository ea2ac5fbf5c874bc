#include "engine/exec/export/arrow_metadata.h"

#include <flatbuffers/flatbuffers.h>

namespace arbors::exec {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::uoffset_t;
using flatbuffers::voffset_t;

// Gives the place of a table's n-th field in its vtable, after the vtable's two sizes.
constexpr voffset_t slot(unsigned n) { return static_cast<voffset_t>((n + 2) * sizeof(voffset_t)); }

// The fields of the format's tables, by their order there. A union takes two: its type, its value.
namespace message {
constexpr voffset_t kVersion = slot(0), kHeaderType = slot(1), kHeader = slot(2),
                    kBodyLength = slot(3);
}
namespace schema {
constexpr voffset_t kFields = slot(1);  // slot 0, the endianness, is little by default
}
namespace field {
constexpr voffset_t kName = slot(0), kNullable = slot(1), kTypeType = slot(2), kType = slot(3),
                    kChildren = slot(5), kMetadata = slot(6);
}
namespace key_value {
constexpr voffset_t kKey = slot(0), kValue = slot(1);
}
namespace record_batch {
constexpr voffset_t kLength = slot(0), kNodes = slot(1), kBuffers = slot(2);
}
namespace footer {
constexpr voffset_t kVersion = slot(0), kSchema = slot(1), kDictionaries = slot(2),
                    kRecordBatches = slot(3);
}
namespace int_type {
constexpr voffset_t kBitWidth = slot(0), kSigned = slot(1);
}
namespace floating_point_type {
constexpr voffset_t kPrecision = slot(0);
}

constexpr std::int16_t kVersion5 = 4;      // MetadataVersion.V5
constexpr std::int16_t kDouble = 2;        // Precision.DOUBLE
constexpr std::uint8_t kSchemaHeader = 1;  // MessageHeader
constexpr std::uint8_t kRecordBatchHeader = 3;

// Gives the number of a kind's member of the union Type.
std::uint8_t type_number(ArrowKind kind) {
  switch (kind) {
    case ArrowKind::Integer:
    case ArrowKind::Unsigned:
      return 2;
    case ArrowKind::Real:
      return 3;
    case ArrowKind::Text:
    case ArrowKind::Json:
      return 5;
    case ArrowKind::Bool:
      return 6;
    case ArrowKind::List:
      return 12;
    case ArrowKind::Struct:
      return 13;
  }
  return 0;
}

uoffset_t add_type(FlatBufferBuilder& builder, ArrowKind kind) {
  const uoffset_t start = builder.StartTable();
  if (kind == ArrowKind::Integer || kind == ArrowKind::Unsigned) {
    builder.AddElement<std::int32_t>(int_type::kBitWidth, 64, 0);
    builder.AddElement<std::uint8_t>(int_type::kSigned, kind == ArrowKind::Integer ? 1 : 0, 0);
  } else if (kind == ArrowKind::Real) {
    builder.AddElement<std::int16_t>(floating_point_type::kPrecision, kDouble, 0);
  }
  return builder.EndTable(start);
}

using Tables = std::vector<Offset<flatbuffers::Table>>;

// Adds what names an extension type to readers that know it.
Offset<flatbuffers::Vector<Offset<flatbuffers::Table>>> add_json_extension(
    FlatBufferBuilder& builder) {
  const auto add = [&](const char* key, const char* value) {
    const auto key_text = builder.CreateString(key);
    const auto value_text = builder.CreateString(value);
    const uoffset_t start = builder.StartTable();
    builder.AddOffset(key_value::kKey, key_text);
    builder.AddOffset(key_value::kValue, value_text);
    return Offset<flatbuffers::Table>(builder.EndTable(start));
  };
  const Tables pairs{add("ARROW:extension:name", "arrow.json"),
                     add("ARROW:extension:metadata", "")};
  return builder.CreateVector(pairs);
}

Tables add_fields(FlatBufferBuilder& builder, std::span<const ArrowField> fields,
                  const ArrowOptions& options);

uoffset_t add_field(FlatBufferBuilder& builder, const ArrowField& field,
                    const ArrowOptions& options) {
  const bool extended = options.json && field.kind == ArrowKind::Json;
  const auto name = builder.CreateString(field.name);
  const auto children = builder.CreateVector(add_fields(builder, field.children, options));
  const auto metadata = extended ? add_json_extension(builder)
                                 : Offset<flatbuffers::Vector<Offset<flatbuffers::Table>>>();
  const uoffset_t type = add_type(builder, field.kind);
  const uoffset_t start = builder.StartTable();
  builder.AddOffset(field::kName, name);
  builder.AddElement<std::uint8_t>(field::kNullable, 1, 0);
  builder.AddElement<std::uint8_t>(field::kTypeType, type_number(field.kind), 0);
  builder.AddOffset(field::kType, Offset<flatbuffers::Table>(type));
  builder.AddOffset(field::kChildren, children);
  if (extended) builder.AddOffset(field::kMetadata, metadata);
  return builder.EndTable(start);
}

Tables add_fields(FlatBufferBuilder& builder, std::span<const ArrowField> fields,
                  const ArrowOptions& options) {
  Tables tables;
  tables.reserve(fields.size());
  for (const ArrowField& field : fields) tables.emplace_back(add_field(builder, field, options));
  return tables;
}

Offset<flatbuffers::Table> add_schema(FlatBufferBuilder& builder,
                                      std::span<const ArrowField> columns,
                                      const ArrowOptions& options) {
  const auto fields = builder.CreateVector(add_fields(builder, columns, options));
  const uoffset_t start = builder.StartTable();
  builder.AddOffset(schema::kFields, fields);
  return builder.EndTable(start);
}

std::string finish(FlatBufferBuilder& builder, uoffset_t root) {
  builder.Finish(Offset<flatbuffers::Table>(root));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::string finish_message(FlatBufferBuilder& builder, std::uint8_t header_type,
                           Offset<flatbuffers::Table> header, std::int64_t body) {
  const uoffset_t start = builder.StartTable();
  builder.AddElement<std::int64_t>(message::kBodyLength, body, 0);
  builder.AddOffset(message::kHeader, header);
  builder.AddElement<std::int16_t>(message::kVersion, kVersion5, 0);
  builder.AddElement<std::uint8_t>(message::kHeaderType, header_type, 0);
  return finish(builder, builder.EndTable(start));
}

constexpr std::int64_t kAlignment = 8;  // of every buffer in a body

// Adds nodes and buffers as the format orders them: an array's own, then those of its children.
void lay_out(const ArrowField& field, const ArrowArray& array, ArrowBody& body) {
  const auto add = [&body](std::string_view bytes) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    body.buffers.push_back({body.bytes, size});
    body.views.push_back(bytes);
    body.bytes += (size + kAlignment - 1) / kAlignment * kAlignment;
  };
  body.nodes.push_back({array.rows, array.nulls});
  add(array.validity);
  const bool has_offsets = field.kind == ArrowKind::Text || field.kind == ArrowKind::Json ||
                           field.kind == ArrowKind::List;
  if (has_offsets)
    add({reinterpret_cast<const char*>(array.offsets.data()),
         array.offsets.size() * sizeof(std::int32_t)});
  if (field.kind != ArrowKind::List && field.kind != ArrowKind::Struct) add(array.values);
  for (std::size_t child = 0; child < field.children.size(); ++child)
    lay_out(field.children[child], array.children[child], body);
}

}  // namespace

ArrowBody body_of(std::span<const ArrowField> columns, const ArrowTable& table) {
  ArrowBody body;
  body.rows = table.rows;
  for (std::size_t column = 0; column < columns.size(); ++column)
    lay_out(columns[column], table.columns[column], body);
  return body;
}

std::string schema_message(std::span<const ArrowField> columns, const ArrowOptions& options) {
  FlatBufferBuilder builder;
  return finish_message(builder, kSchemaHeader, add_schema(builder, columns, options), 0);
}

std::string record_batch_message(const ArrowBody& body) {
  FlatBufferBuilder builder;
  const auto nodes = builder.CreateVectorOfStructs(body.nodes);
  const auto buffers = builder.CreateVectorOfStructs(body.buffers);
  const uoffset_t start = builder.StartTable();
  builder.AddElement<std::int64_t>(record_batch::kLength, body.rows, 0);
  builder.AddOffset(record_batch::kNodes, nodes);
  builder.AddOffset(record_batch::kBuffers, buffers);
  const Offset<flatbuffers::Table> header = builder.EndTable(start);
  return finish_message(builder, kRecordBatchHeader, header, body.bytes);
}

std::string file_footer(std::span<const ArrowField> columns, const ArrowOptions& options,
                        std::span<const ArrowBlock> blocks) {
  FlatBufferBuilder builder;
  const auto schema = add_schema(builder, columns, options);
  const auto dictionaries = builder.CreateVectorOfStructs<ArrowBlock>(nullptr, 0);
  const auto record_batches = builder.CreateVectorOfStructs(blocks.data(), blocks.size());
  const uoffset_t start = builder.StartTable();
  builder.AddOffset(footer::kSchema, schema);
  builder.AddOffset(footer::kDictionaries, dictionaries);
  builder.AddOffset(footer::kRecordBatches, record_batches);
  builder.AddElement<std::int16_t>(footer::kVersion, kVersion5, 0);
  return finish(builder, builder.EndTable(start));
}

}  // namespace arbors::exec
