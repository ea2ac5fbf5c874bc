// Writes trees to a file: JSON Lines, a JSON array, Arrow IPC, compressed where the name's ending
// says so (see export_format.h). Memory is bounded by a batch. The file appears under its name when
// it is whole; a failure or an interrupt leaves what was there before.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/exec/source/execution_context.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

struct ExportOptions {
  std::string format;  // a format's name, instead of what the file's name tells
};

// Reads {"format": "jsonl"|"json"|"arrow"|"arrows"}. Throws Error{Invalid}, also for other keys.
ExportOptions parse_export_options(std::string_view json);

struct ExportReport {
  std::uint64_t trees = 0;
  std::uint64_t bytes = 0;  // of the file
  double seconds = 0;

  std::string to_json() const;
};

// Writes a source's trees in their order. Arrow goes through the source twice: for the types, from
// statistics where they say enough, then for the columns.
ExportReport export_trees(TreeSource& source, const std::string& file, const ExportOptions& options,
                          const ExecutionContext& context);

// Writes trees that are handed over one by one as minimal JSON text, which is used during the call
// only: a plan whose trees are computed. Runs `produce` once; for Arrow the texts are kept in a
// temporary file beside the target meanwhile.
using EmitTree = std::function<void(std::string_view tree)>;
using ProduceTrees = std::function<void(const EmitTree& emit)>;
ExportReport export_texts(const ProduceTrees& produce, const std::string& file,
                          const ExportOptions& options, const ExecutionContext& context);

}  // namespace arbors::exec
