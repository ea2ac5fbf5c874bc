#include "engine/json/input/slice.h"

#include <algorithm>
#include <cstring>

#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

bool is_blank(std::string_view text) { return std::all_of(text.begin(), text.end(), is_space); }

// Tells whether a value that begins so is no object; what begins no value at all is left to the
// reader, who says so.
bool is_other_value(char first) { return std::strchr("\"[-0123456789tfnNI/", first) != nullptr; }

}  // namespace

void Slice::set_file(std::uint32_t file) {
  for (DocumentSpan& span : documents_) span.file = file;
  for (SplitFault& fault : faults_) fault.file = file;
}

void Slice::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  std::unique_ptr<char[]> grown(new char[capacity + kPadding]);
  if (size_ > 0) std::memcpy(grown.get(), buffer_.get(), size_);
  buffer_ = std::move(grown);
  capacity_ = capacity;
}

void Slice::put(std::string_view text) {
  if (size_ + text.size() > capacity_) reserve(std::max(size_ + text.size(), 2 * capacity_));
  text.copy(buffer_.get() + size_, text.size());
  size_ += text.size();
}

void Slice::end_text() { std::memset(buffer_.get() + size_, 0, kPadding); }

void Slice::append(const Slice& other) {
  put("\n");  // no document may run into the next
  const std::size_t begin = size_;
  put(other.text());
  end_text();
  for (DocumentSpan span : other.documents_) {
    span.begin += begin;
    documents_.push_back(span);
  }
  faults_.insert(faults_.end(), other.faults_.begin(), other.faults_.end());
}

Slice Slice::with_member(const std::function<std::string_view(std::uint32_t)>& member) const {
  Slice changed;
  changed.number_ = number_;
  changed.faults_ = faults_;
  changed.reserve(size_ + size_ / 4);
  for (DocumentSpan span : documents_) {
    const std::string_view text = document(span);
    if (is_other_value(text.front())) {
      changed.faults_.push_back(
          {span.line, span.file_offset + 1, span.file_offset - span.line_offset + 1, span.file,
           "only an object can take the field of the option 'source'", std::string(text)});
      continue;
    }
    span.begin = changed.size_;
    if (text.size() > 1 && text.front() == '{' && text.back() == '}') {
      const std::string_view inside = text.substr(0, text.size() - 1);
      changed.put(inside);
      if (!is_blank(inside.substr(1))) changed.put(",");
      changed.put(member(span.file));
      changed.put("}");
    } else {
      changed.put(text);
    }
    span.size = changed.size_ - span.begin;
    changed.put("\n");
    changed.documents_.push_back(span);
  }
  if (changed.buffer_ == nullptr) changed.reserve(1);
  changed.end_text();
  return changed;
}

}  // namespace arbors::json
