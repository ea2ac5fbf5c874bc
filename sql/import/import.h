// Reads a file or a text into an Arbor: the calling thread reads input and writes rows, workers
// parse, build and encode batches, results are stored in order. All or nothing; memory is a few
// slices, whatever the input's size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/document_splitter.h"
#include "sql/store/store.h"

namespace arbors::store {

enum class OnError : std::uint8_t { Abort, Skip };

struct ImportOptions {
  json::Format format = json::Format::Auto;
  OnError on_error = OnError::Abort;
  std::optional<std::uint64_t> limit;  // trees, at most
  std::optional<bool> progress;        // unset: where stderr is a terminal and it takes long
  std::function<bool()> interrupted;   // asked now and then; true stops and rolls back
};

// Reads {"format": …, "on_error": "abort"|"skip", "limit": n, "progress": true|false}; throws
// Invalid for an option or a value that it does not know.
ImportOptions parse_import_options(std::string_view json);

struct RejectedLine {
  std::uint64_t line = 0, byte = 0;  // both from 1
  std::string reason;
};

struct ImportReport {
  std::uint64_t trees = 0, bytes = 0, rejected = 0;
  double seconds = 0;
  std::vector<RejectedLine> first_rejected;  // the first 20
  std::string to_json() const;
};

// Errors name the position: `players.jsonl, line 123, byte 4567: …`.
ImportReport import_file(Store& store, const std::string& file, const ImportOptions& options = {});
ImportReport import_text(Store& store, std::string_view text, const ImportOptions& options = {});

}  // namespace arbors::store
