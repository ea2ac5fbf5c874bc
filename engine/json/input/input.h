// A stream of bytes to import: a file or memory, gzip (many members) and zstd (many frames) undone
// on the way. The first bytes tell the compression, never the name alone. Reads in big blocks;
// memory is a few blocks, whatever the file's size. Asks between blocks whether to stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace arbors::json {

struct InputOptions {
  std::uint64_t max_window_bytes = 2ULL << 30;  // of zstd: memory that a frame may ask for
};

class Input {
 public:
  virtual ~Input() = default;

  // Fills `to` with up to `size` bytes; fewer only at the end of the stream, 0 when it is over.
  // Throws Error{Io} naming the file: unreadable, cut off or damaged compression.
  virtual std::size_t read(char* to, std::size_t size) = 0;

  // How many bytes of the file or memory were taken so far, packed as they are there.
  virtual std::uint64_t consumed() const = 0;

  // What error messages call it: the file's name as given, or `json`.
  virtual const std::string& name() const = 0;
};

// Opens a file. Throws Error{NotFound} where there is none, Error{Io} for a directory or a file
// that may not be read.
std::unique_ptr<Input> open_file(const std::string& file, const InputOptions& options = {});

// Reads from memory, which must outlive the input; compressed bytes are undone as in files.
std::unique_ptr<Input> open_memory(std::string_view bytes, const InputOptions& options = {});

}  // namespace arbors::json
