// Keeps texts on disk to be read again, in order: what an export in two passes uses where its trees
// can be made only once. Lives in a file without a name, gone with the spool whatever happens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/exec/rows/temporary_file.h"

namespace arbors::exec {

class TextSpool {
 public:
  // `directory`: where the file lies, best on the file system that the export goes to.
  explicit TextSpool(const std::string& directory);

  void add(std::string_view text);
  void rewind();  // next() then gives the first text

  // Gives the next text; false after the last.
  bool next(std::string& text);

 private:
  FilePtr file_;
  std::uint64_t count_ = 0;  // of texts
  std::uint64_t given_ = 0;
};

}  // namespace arbors::exec
