#include "engine/json/input/slice_reader.h"

#include <algorithm>
#include <cstring>

#include "engine/base/error.h"
#include "engine/json/values/scalar_reader.h"
#include "engine/json/values/utf8.h"

namespace arbors::json {
namespace {

constexpr std::size_t kFirstPiece = 4096;

}  // namespace

std::string_view SliceReader::start() {
  read_on();
  const std::size_t mark = carry_.size() - without_byte_order_mark(carry_).size();
  carry_.erase(0, mark);
  offset_ = line_offset_ = mark;
  return carry_;
}

bool SliceReader::read_on() {
  const std::size_t before = carry_.size(), end = before + limits_.block_bytes;
  // In pieces that grow: a block's room for a small text costs more than all that is done with it.
  for (std::size_t piece = kFirstPiece; !ended_ && carry_.size() < end; piece *= 4) {
    const std::size_t held = carry_.size(), wanted = std::min(piece, end - held);
    carry_.resize(held + wanted);
    const std::size_t count = input_.read(carry_.data() + held, wanted);
    carry_.resize(held + count);
    ended_ = count < wanted;
  }
  bytes_ += carry_.size() - before;
  return carry_.size() > before;
}

void SliceReader::begin_slice() {
  slice_ = Slice();
  slice_.reserve(ended_ ? carry_.size() + 1
                        : std::max(carry_.size(), limits_.slice_bytes) + 2 * limits_.block_bytes);
  slice_.put(carry_);
  carry_.clear();
  at_ = counted_ = 0;
}

Slice SliceReader::end_slice() {
  count_lines(at_);
  carry_.assign(slice_.text().substr(at_));
  slice_.size_ = at_;
  slice_.end_text();
  offset_ += at_;
  if (!empty()) slice_.number_ = number_++;
  return std::move(slice_);
}

bool SliceReader::full() const {
  const auto& documents = slice_.documents();
  if (documents.size() >= limits_.slice_documents || slice_.faults().size() >= 4096) return true;
  return at_ - (documents.empty() ? 0 : documents.front().begin) >= limits_.slice_bytes;
}

bool SliceReader::fill() {
  if (ended_) return false;
  const std::size_t need = slice_.size_ + limits_.block_bytes;
  if (need > slice_.capacity_) slice_.reserve(std::max(need, 2 * slice_.capacity_));
  const std::size_t count = input_.read(slice_.data() + slice_.size_, limits_.block_bytes);
  ended_ = count < limits_.block_bytes;
  slice_.size_ += count;
  bytes_ += count;
  return count > 0;
}

bool SliceReader::to_next_text() {
  do {
    while (!at_end() && is_space(here())) ++at_;
    if (!at_end()) return true;
  } while (fill());
  return false;
}

std::size_t SliceReader::find(char c, std::size_t from) {
  const std::size_t begin = at_;
  while (true) {
    const void* found = std::memchr(slice_.data() + from, c, slice_.size_ - from);
    if (found != nullptr)
      return static_cast<std::size_t>(static_cast<const char*>(found) - slice_.data());
    from = slice_.size_;
    if (from - begin > limits_.max_document || !fill()) return slice_.size_;
  }
}

void SliceReader::add(std::size_t begin, std::size_t end) {
  while (end > begin && is_space(slice_.data()[end - 1])) --end;
  count_lines(begin);
  if (end - begin > limits_.max_document) {
    throw Error(ErrorCode::Limit, input_.name() + ", line " + std::to_string(line_) +
                                      ": a document is longer than " +
                                      std::to_string(limits_.max_document) + " bytes");
  }
  if (end > begin)
    slice_.documents_.push_back({begin, end - begin, line_, offset_ + begin, line_offset_, 0});
}

void SliceReader::add_line(std::size_t begin, std::size_t end) {
  add(begin, end);
  at_ = counted_ = end;
}

void SliceReader::count_lines(std::size_t to) {
  if (to <= counted_) return;
  const std::string_view text = slice_.text().substr(counted_, to - counted_);
  const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (lines > 0) line_offset_ = offset_ + counted_ + text.rfind('\n') + 1;
  line_ += lines;
  counted_ = to;
}

std::uint64_t SliceReader::line_here() {
  count_lines(at_);
  return line_;
}

void SliceReader::fault(std::string_view why) {
  count_lines(at_);
  const std::uint64_t place = offset_ + at_;
  slice_.faults_.push_back({line_, place + 1, place - line_offset_ + 1, 0, std::string(why), {}});
  if (!skip_) throw Halted();
}

void SliceReader::fail(std::string_view why) {
  count_lines(at_);
  const std::uint64_t place = offset_ + at_;
  throw_invalid(input_.name() + place_text(line_, place + 1, place - line_offset_ + 1) + ": " +
                std::string(why));
}

std::string place_text(std::uint64_t line, std::uint64_t byte, std::uint64_t line_byte) {
  std::string text = ", line " + std::to_string(line) + ", byte " + std::to_string(byte);
  if (byte != line_byte) text += " (byte " + std::to_string(line_byte) + " of the line)";
  return text;
}

}  // namespace arbors::json
