// Texts that are written once and then read in any order: in memory up to a bound, beyond it in a
// temporary file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/exec/rows/temporary_file.h"

namespace arbors::exec {

class TextHeap {
 public:
  // Where a text lies.
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  explicit TextHeap(std::uint64_t memory_bytes) : memory_bytes_(memory_bytes) {}

  // Nothing may be added once something was read.
  Place add(std::string_view text);
  // Appends the text. Those that are read in the order in which they were added cost few calls.
  void read(const Place& place, std::string& out);

 private:
  void read_file(std::uint64_t offset, char* to, std::uint64_t size);

  std::uint64_t memory_bytes_;
  std::string memory_;
  FilePtr file_;  // null while memory is enough
  std::uint64_t file_bytes_ = 0;
  bool flushed_ = false;
  std::string ahead_;              // bytes of the file that were read ahead
  std::uint64_t ahead_begin_ = 0;  // where they begin in it
  std::uint64_t last_end_ = 0;     // where the text read last ends in it
};

}  // namespace arbors::exec
