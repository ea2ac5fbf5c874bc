#include "engine/exec/rows/text_heap.h"

#include <unistd.h>

namespace arbors::exec {

TextHeap::Place TextHeap::add(std::string_view text) {
  if (!file_ && memory_.size() + text.size() > memory_bytes_)
    file_ = open_temporary_file(temporary_directory());
  const Place place{memory_.size() + file_bytes_, text.size()};
  if (!file_) {
    memory_ += text;
    return place;
  }
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail_temporary_file();
  file_bytes_ += text.size();
  return place;
}

void TextHeap::read(const Place& place, std::string& out) {
  if (place.offset + place.size <= memory_.size()) {
    out.append(memory_, place.offset, place.size);
    return;
  }
  if (!flushed_ && std::fflush(file_.get()) != 0) fail_temporary_file();
  flushed_ = true;
  const std::size_t before = out.size();
  out.resize(before + place.size);
  for (std::uint64_t read = 0; read < place.size;) {
    const auto offset = static_cast<off_t>(place.offset - memory_.size() + read);
    const ssize_t bytes =
        ::pread(::fileno(file_.get()), out.data() + before + read, place.size - read, offset);
    if (bytes <= 0) fail_temporary_file();
    read += static_cast<std::uint64_t>(bytes);
  }
}

}  // namespace arbors::exec
