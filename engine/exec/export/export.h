// Writes trees to a file: JSON Lines, a JSON array, Arrow IPC, compressed where the name's ending
// says so (see export_format.h). Memory is bounded by a batch. The file appears under its name when
// it is whole; a failure or an interrupt leaves what was there before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/exec/export/arrow_metadata.h"
#include "engine/exec/source/execution_context.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

struct ExportOptions {
  std::string format;      // a format's name, instead of what the file's name tells
  bool arrow_json = true;  // Arrow: fields that hold JSON text are of the extension type arrow.json
};

// Reads {"format": "jsonl"|"json"|"arrow"|"arrows", "arrow_json": true|false}. Throws
// Error{Invalid}, also for other keys.
ExportOptions parse_export_options(std::string_view json);
// Reads {"arrow_json": true|false} for a stream, which goes without unless told.
ArrowOptions parse_arrow_options(std::string_view json);

struct ExportReport {
  std::uint64_t trees = 0;
  std::uint64_t bytes = 0;  // of the file
  double seconds = 0;

  std::string to_json() const;
};

// Writes a relation's trees in their order. Arrow goes through the source twice where statistics do
// not tell the types: once for these, then for the columns.
ExportReport export_relation(const Relation& relation, const std::string& file,
                             const ExportOptions& options, const ExecutionContext& context);

// Writes rows that come once. For Arrow, which goes through them twice, they are kept meanwhile.
ExportReport export_rows(RowStreamPtr rows, const std::string& file, const ExportOptions& options,
                         const ExecutionContext& context);

}  // namespace arbors::exec
