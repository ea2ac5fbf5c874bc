// Reads files or a text into an Arbor: the calling thread writes rows (and reads, where there is
// one input), workers parse, build and encode batches, results are stored in order. All or nothing;
// memory is a few slices, whatever the input's size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/input/document_splitter.h"
#include "sql/store/store.h"

namespace arbors::store {

// So many trees of one import are appended as pending ones: a batch of their own would be too
// small, cost more to write, and every query would open it.
inline constexpr std::uint64_t kFewTrees = 1024;

enum class OnError : std::uint8_t { Abort, Skip };
enum class IfExists : std::uint8_t { Append, Replace, Fail };

struct ImportOptions {
  json::Format format = json::Format::Auto;
  bool arrow = false;                  // the bytes are an Arrow IPC stream
  std::optional<OnError> on_error;     // unset: Skip where `rejects` is given, else Abort
  std::optional<std::uint64_t> limit;  // trees, at most
  std::optional<bool> progress;        // unset: where stderr is a terminal and it takes long
  std::vector<std::string> path;       // keys to the trees within each document
  std::optional<std::string> source;   // the key that gets the file's name
  IfExists if_exists = IfExists::Append;
  OnConflict on_conflict = OnConflict::Error;  // of a tree whose key is there
  std::string rejects;                         // the table that gets what was rejected; empty: none
  bool nonfinite_null = false;                 // NaN, Infinity and -Infinity are null
  bool lenient = false;                        // comments and trailing commas are passed over
  std::uint64_t max_window_bytes = 2ULL << 30;  // of zstd

  bool skips() const {
    return on_error.value_or(rejects.empty() ? OnError::Abort : OnError::Skip) == OnError::Skip;
  }
};

// Reads the options of arbor_import and arbor_append, rows of a table; throws Invalid for an option
// or a value that it does not know.
ImportOptions parse_import_options(std::string_view json);

struct Rejected {
  std::string file;
  json::SplitFault fault;
};

struct ImportReport {
  std::uint64_t files = 0, trees = 0, bytes = 0, rejected = 0, replaced = 0;
  double seconds = 0;
  std::vector<Rejected> first_rejected;  // the first 20
  std::string to_json() const;
};

// Errors name the place: `players.jsonl, line 123, byte 4567 (byte 12 of the line): …`.
ImportReport import_files(Store& store, const std::vector<std::string>& files,
                          const ImportOptions& options = {});
ImportReport import_text(Store& store, std::string_view text, const ImportOptions& options = {});
// Takes the rows of an Arrow IPC stream straight into columns; of the options only `if_exists`.
ImportReport import_arrow(Store& store, std::string_view bytes, const ImportOptions& options = {});

}  // namespace arbors::store
