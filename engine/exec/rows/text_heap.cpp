#include "engine/exec/rows/text_heap.h"

#include <unistd.h>

#include <algorithm>

namespace arbors::exec {
namespace {

constexpr std::uint64_t kReadAhead = 256U << 10;

}  // namespace

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
  const std::uint64_t begin = place.offset - memory_.size(), end = begin + place.size;
  if (begin == last_end_ && place.size < kReadAhead && end > ahead_begin_ + ahead_.size()) {
    ahead_.resize(std::min(kReadAhead, file_bytes_ - begin));
    ahead_begin_ = begin;
    read_file(begin, ahead_.data(), ahead_.size());
  }
  last_end_ = end;
  if (begin >= ahead_begin_ && end <= ahead_begin_ + ahead_.size()) {
    out.append(ahead_, begin - ahead_begin_, place.size);
    return;
  }
  const std::size_t before = out.size();
  out.resize(before + place.size);
  read_file(begin, out.data() + before, place.size);
}

void TextHeap::read_file(std::uint64_t offset, char* to, std::uint64_t size) {
  if (!flushed_ && std::fflush(file_.get()) != 0) fail_temporary_file();
  flushed_ = true;
  for (std::uint64_t read = 0; read < size;) {
    const ssize_t bytes =
        ::pread(::fileno(file_.get()), to + read, size - read, static_cast<off_t>(offset + read));
    if (bytes <= 0) fail_temporary_file();
    read += static_cast<std::uint64_t>(bytes);
  }
}

}  // namespace arbors::exec
