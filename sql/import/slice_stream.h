// Where an import's slices come from: a text, a file, or many files, which threads read ahead while
// their slices come out in the files' order, small ones put together.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/input/document_splitter.h"
#include "sql/import/import.h"

namespace arbors::store {

struct StreamOptions {
  json::SplitOptions split;                     // names_lines is told from each file's name
  std::map<std::size_t, json::Format> formats;  // of files that were mistaken before
  json::SplitLimits limits;
  bool lenient = false;
  std::uint64_t max_window_bytes = 2ULL << 30;
};

class SliceStream {
 public:
  virtual ~SliceStream() = default;

  // Gives the next slice, numbered 0, 1, 2, …; its documents know their file. Throws what reading
  // and splitting do; file() is then the one it happened in.
  virtual std::optional<json::Slice> next() = 0;

  virtual std::size_t file() const = 0;        // of the newest slice
  virtual std::uint64_t bytes() const = 0;     // of decompressed text taken
  virtual std::uint64_t consumed() const = 0;  // of the files as they are
};

// What an import's options say of reading.
StreamOptions reading_options(const ImportOptions& options);

std::unique_ptr<SliceStream> stream_text(std::string_view text, const StreamOptions& options);
// `threads` read where there are several files; `files` outlives the stream.
std::unique_ptr<SliceStream> stream_files(const std::vector<std::string>& files,
                                          const StreamOptions& options, unsigned threads);

}  // namespace arbors::store
