#include "engine/exec/rows/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "engine/base/error.h"

namespace arbors::exec {

FilePtr open_temporary_file(const std::string& directory) {
  std::string name = directory + "/.arbors-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) fail_temporary_file();
  ::unlink(name.c_str());
  FilePtr file(::fdopen(descriptor, "w+b"));
  if (file) return file;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  fail_temporary_file();
}

std::string temporary_directory() {
  const std::array<const char*, 4> places{std::getenv("SQLITE_TMPDIR"), std::getenv("TMPDIR"),
                                          "/var/tmp", "/tmp"};
  for (const char* place : places)
    if (place != nullptr && ::access(place, W_OK | X_OK) == 0) return place;
  return ".";
}

void fail_temporary_file() {
  throw Error(ErrorCode::Io, "temporary file: " + std::generic_category().message(errno));
}

}  // namespace arbors::exec
