// Where the bytes of a file go, front to back: the file itself, or a compressor before it.
#pragma once

#include <string_view>

namespace arbors::exec {

class ByteSink {
 public:
  virtual ~ByteSink() = default;

  virtual void write(std::string_view bytes) = 0;
  // Passes on what is held back and ends the stream: nothing may be written after it.
  virtual void finish() = 0;
};

}  // namespace arbors::exec
