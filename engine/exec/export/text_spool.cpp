#include "engine/exec/export/text_spool.h"

namespace arbors::exec {

TextSpool::TextSpool(const std::string& directory) : file_(open_temporary_file(directory)) {}

void TextSpool::add(std::string_view text) {
  const std::uint64_t size = text.size();
  if (std::fwrite(&size, sizeof size, 1, file_.get()) != 1 ||
      std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
    fail_temporary_file();
  ++count_;
}

void TextSpool::rewind() {
  if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)
    fail_temporary_file();
  given_ = 0;
}

bool TextSpool::next(std::string& text) {
  if (given_ == count_) return false;
  std::uint64_t size = 0;
  if (std::fread(&size, sizeof size, 1, file_.get()) != 1) fail_temporary_file();
  text.resize(size);
  if (std::fread(text.data(), 1, size, file_.get()) != size) fail_temporary_file();
  ++given_;
  return true;
}

}  // namespace arbors::exec
