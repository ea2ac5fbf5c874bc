#include "engine/exec/export/text_spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

[[noreturn]] void fail(int error) {
  throw Error(ErrorCode::Io,
              "temporary file of the export: " + std::generic_category().message(error));
}

}  // namespace

TextSpool::TextSpool(const std::string& directory) {
  std::string name = directory + "/.arbors-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) fail(errno);
  ::unlink(name.c_str());
  file_.reset(::fdopen(descriptor, "w+b"));
  if (file_) return;
  const int error = errno;
  ::close(descriptor);
  fail(error);
}

void TextSpool::add(std::string_view text) {
  const std::uint64_t size = text.size();
  if (std::fwrite(&size, sizeof size, 1, file_.get()) != 1 ||
      std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
    fail(errno);
  ++count_;
}

void TextSpool::rewind() {
  if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0) fail(errno);
  given_ = 0;
}

bool TextSpool::next(std::string& text) {
  if (given_ == count_) return false;
  std::uint64_t size = 0;
  if (std::fread(&size, sizeof size, 1, file_.get()) != 1) fail(errno);
  text.resize(size);
  if (std::fread(text.data(), 1, size, file_.get()) != size) fail(errno);
  ++given_;
  return true;
}

}  // namespace arbors::exec
