// Writes a file that is there whole or not at all: bytes go to a temporary name beside the target,
// which takes the target's name only in commit(), after they have reached the disk. A writer that
// ends without commit() removes its temporary file and leaves the target as it was.
#pragma once

#include <cstdint>
#include <string>

#include "engine/exec/export/byte_sink.h"

namespace arbors::exec {

class FileWriter : public ByteSink {
 public:
  // Throws Error{NotFound} where the directory is missing, Error{Io} where the target is no
  // regular file or may not be written. A symbolic link is followed, so that it stays one.
  explicit FileWriter(const std::string& file);
  ~FileWriter() override;
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::string_view bytes) override;  // throws Error{Io}: disk full, device failing
  void finish() override;

  // Makes the file appear under its name, in one step and for good.
  void commit();

  std::uint64_t bytes() const { return bytes_; }  // written so far

 private:
  void check_target();
  void open_temporary();
  void flush(std::string_view bytes);
  [[noreturn]] void fail(int error) const;

  std::string file_;    // as the caller named it, for messages
  std::string target_;  // behind links
  std::string directory_;
  std::string temporary_;
  int descriptor_ = -1;
  unsigned mode_ = 0666;  // of the file that is replaced, where there is one
  bool replaces_ = false;
  std::string held_;
  std::uint64_t bytes_ = 0;
};

}  // namespace arbors::exec
