// Files without a name, gone when they are closed, whatever happens: where what does not fit into
// memory lies for a while.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace arbors::exec {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

// Opens one in a directory, for writing and reading. Throws Error{Io}.
FilePtr open_temporary_file(const std::string& directory);

// Where SQLite puts its own: $SQLITE_TMPDIR, $TMPDIR, /var/tmp, /tmp, the first there is.
std::string temporary_directory();

// Throws Error{Io} for what a temporary file's last operation left in errno.
[[noreturn]] void fail_temporary_file();

}  // namespace arbors::exec
