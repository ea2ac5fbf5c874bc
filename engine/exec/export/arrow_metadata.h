// The metadata of an Arrow IPC stream or file, as FlatBuffers: what a schema, a record batch and a
// file's footer say (https://arrow.apache.org/docs/format/Columnar.html, format/Schema.fbs,
// Message.fbs and File.fbs there). Only the tables and fields that an export writes are known here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/export/arrow_array.h"

namespace arbors::exec {

// Structs of the format, little-endian, as they lie in the file.
struct ArrowNode {  // FieldNode: one a field, parents before children
  std::int64_t length = 0;
  std::int64_t nulls = 0;
};
struct ArrowBuffer {  // Buffer: a piece of a message's body
  std::int64_t offset = 0;
  std::int64_t length = 0;
};
struct ArrowBlock {           // Block: where a file's record batch is
  std::int64_t offset = 0;    // of the message's first byte in the file
  std::int32_t metadata = 0;  // bytes before the body
  std::int32_t padding = 0;
  std::int64_t body = 0;
};

// How the columns of a record batch lie in its message's body: `views`, each at its buffer's place,
// filled up to 8 bytes.
struct ArrowBody {
  std::uint32_t rows = 0;
  std::vector<ArrowNode> nodes;
  std::vector<ArrowBuffer> buffers;
  std::vector<std::string_view> views;  // of the table's arrays
  std::int64_t bytes = 0;
};
ArrowBody body_of(std::span<const ArrowField> columns, const ArrowTable& table);

// What a schema says beside names and types.
struct ArrowOptions {
  bool json = false;  // fields that hold JSON text are of the extension type arrow.json
};

// Give the FlatBuffer alone, unframed and unpadded.
std::string schema_message(std::span<const ArrowField> columns, const ArrowOptions& options);
std::string record_batch_message(const ArrowBody& body);
std::string file_footer(std::span<const ArrowField> columns, const ArrowOptions& options,
                        std::span<const ArrowBlock> blocks);

}  // namespace arbors::exec
