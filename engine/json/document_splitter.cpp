#include "engine/json/document_splitter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "engine/base/error.h"
#include "engine/json/bracket_scanner.h"
#include "engine/json/normalizer.h"
#include "engine/json/scalar.h"

namespace arbors::json {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
};
constexpr std::array<FormatName, 4> kFormats = {{{Format::Auto, "auto"},
                                                 {Format::Lines, "jsonl"},
                                                 {Format::Array, "array"},
                                                 {Format::Values, "json"}}};

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

bool is_valid(std::string_view text) {
  try {
    normalize(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Tells the format from the beginning of a text; `whole`: nothing follows it.
Format look(std::string_view text, bool whole) {
  const std::size_t begin = skip_space(text, 0);
  if (begin == text.size()) return Format::Lines;
  BracketScanner scanner(BracketScanner::Until::Value);
  std::size_t end = scanner.scan(text, begin);
  if (end == std::string_view::npos && whole) end = text.size();
  const bool array = text[begin] == '[';
  if (end == std::string_view::npos) return array ? Format::Array : Format::Values;
  const std::size_t line_end = std::min(text.find('\n', begin), text.size());
  const std::size_t next = skip_space(text, end);
  if (array && next == text.size()) return Format::Array;
  if (end > line_end) return Format::Values;
  // A second value in the first line: not lines.
  return next < line_end ? Format::Values : Format::Lines;
}

// Says whether the first value of a text is no JSON. Of one that goes on after the text only the
// first line can be judged: a bracket alone begins many a well-formed value.
bool begins_broken(std::string_view text, bool whole) {
  const std::size_t begin = skip_space(text, 0);
  if (begin == text.size()) return false;
  const std::size_t end = BracketScanner(BracketScanner::Until::Value).scan(text, begin);
  if (end != std::string_view::npos) return !is_valid(text.substr(begin, end - begin));
  if (whole) return !is_valid(text.substr(begin));
  return skip_space(text, begin + 1) <= std::min(text.find('\n', begin), text.size());
}

// Says whether a text begins as an array of trees does, and lines do not: its first line ends
// within the array, or nothing follows the array or the line in which it does not end.
bool begins_array(std::string_view text, bool whole) {
  const std::size_t begin = skip_space(text, 0);
  if (begin == text.size() || text[begin] != '[') return false;
  const std::size_t end = BracketScanner(BracketScanner::Until::Value).scan(text, begin);
  if (end != std::string_view::npos) return whole && skip_space(text, end) == text.size();
  const std::size_t line_end = std::min(text.find('\n', begin), text.size());
  if (whole && skip_space(text, line_end) == text.size()) return true;
  const std::string_view line = text.substr(begin, line_end - begin);
  const std::size_t last = line.find_last_not_of(" \t\r");
  return line[last] == '[' || line[last] == ',';
}

}  // namespace

bool names_lines(std::string_view file) {
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (file.ends_with(packed)) file.remove_suffix(packed.size());
  }
  return file.ends_with(".jsonl") || file.ends_with(".ndjson");
}

Format format_of(std::string_view option) {
  for (const FormatName& each : kFormats) {
    if (each.name == option) return each.format;
  }
  std::string names;
  for (const FormatName& each : kFormats) {
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  throw_invalid("unknown format '" + std::string(option) + "' (there are: " + names + ")");
}

std::string_view name_of(Format format) { return kFormats[static_cast<std::size_t>(format)].name; }

class DocumentSplitter::Impl {
 public:
  Impl(Input& input, Format format, SplitLimits limits, Promise promise)
      : input_(input), format_(format), limits_(limits), promise_(promise) {}

  Format format() {
    if (!started_) start();
    return format_;
  }
  std::uint64_t bytes() const { return bytes_; }
  const std::optional<UnfinishedArray>& unfinished() const { return unfinished_; }

  std::optional<Slice> next() {
    format();
    Slice slice;
    take_carry(slice);
    while (!full(slice) && find_document(slice)) {
    }
    keep_carry(slice);
    if (slice.documents_.empty()) return std::nullopt;
    slice.number_ = number_++;
    return slice;
  }

 private:
  void start();
  bool fill(Slice& slice);
  void reserve(Slice& slice, std::size_t capacity);
  void take_carry(Slice& slice);
  void keep_carry(Slice& slice);
  bool full(const Slice& slice) const;

  bool find_document(Slice& slice);
  bool find_line(Slice& slice);
  bool find_value(Slice& slice);
  bool find_element(Slice& slice);
  bool to_next_text(Slice& slice);
  void end_array();
  bool leave_unfinished(const Slice& slice);
  std::size_t scan(Slice& slice, BracketScanner::Until until);
  void add(Slice& slice, std::size_t begin, std::size_t end);
  void count_lines(const Slice& slice, std::size_t to);
  [[noreturn]] void fail(const Slice& slice, std::string_view why);

  enum class ArrayState : std::uint8_t { Before, First, Elements, After };

  Input& input_;
  Format format_;
  const SplitLimits limits_;
  const Promise promise_;
  bool started_ = false;
  bool ended_ = false;       // the input is read to its end
  std::string carry_;        // read, but in no slice yet
  std::uint64_t bytes_ = 0;  // read
  std::uint64_t number_ = 0;

  ArrayState array_ = ArrayState::Before;
  std::optional<UnfinishedArray> unfinished_;
  std::size_t at_ = 0;              // in the slice: where to look on
  std::uint64_t slice_offset_ = 0;  // in the file: where the slice's buffer begins
  std::uint64_t line_ = 1;          // at counted_
  std::size_t counted_ = 0;         // in the slice: lines are counted up to here
};

void DocumentSplitter::Impl::start() {
  started_ = true;
  carry_.resize(limits_.block_bytes);
  const std::size_t count = input_.read(carry_.data(), carry_.size());
  ended_ = count < carry_.size();
  bytes_ = count;
  carry_.resize(count);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (carry_.starts_with(kByteOrderMark)) {
    carry_.erase(0, kByteOrderMark.size());
    slice_offset_ = kByteOrderMark.size();
  }
  if (format_ == Format::Auto) {
    format_ = look(carry_, ended_);
    const bool lines =
        promise_ == Promise::Lines || (promise_ == Promise::Skip && !begins_array(carry_, ended_));
    if (lines && begins_broken(carry_, ended_)) format_ = Format::Lines;
  }
}

void DocumentSplitter::Impl::reserve(Slice& slice, std::size_t capacity) {
  if (capacity <= slice.capacity_) return;
  std::unique_ptr<char[]> grown(new char[capacity + Slice::kPadding]);
  if (slice.size_ > 0) std::memcpy(grown.get(), slice.buffer_.get(), slice.size_);
  slice.buffer_ = std::move(grown);
  slice.capacity_ = capacity;
}

// Reads another block behind the slice's text; false at the end of the input.
bool DocumentSplitter::Impl::fill(Slice& slice) {
  if (ended_) return false;
  const std::size_t need = slice.size_ + limits_.block_bytes;
  if (need > slice.capacity_) reserve(slice, std::max(need, 2 * slice.capacity_));
  const std::size_t count = input_.read(slice.buffer_.get() + slice.size_, limits_.block_bytes);
  ended_ = count < limits_.block_bytes;
  slice.size_ += count;
  bytes_ += count;
  return count > 0;
}

void DocumentSplitter::Impl::take_carry(Slice& slice) {
  reserve(slice, std::max(carry_.size(), limits_.slice_bytes) + 2 * limits_.block_bytes);
  carry_.copy(slice.buffer_.get(), carry_.size());
  slice.size_ = carry_.size();
  carry_.clear();
  at_ = counted_ = 0;
}

void DocumentSplitter::Impl::keep_carry(Slice& slice) {
  count_lines(slice, at_);
  carry_.assign(slice.buffer_.get() + at_, slice.size_ - at_);
  slice.size_ = at_;
  std::memset(slice.buffer_.get() + at_, 0, Slice::kPadding);
  slice_offset_ += at_;
}

bool DocumentSplitter::Impl::full(const Slice& slice) const {
  if (slice.documents_.size() >= limits_.slice_documents) return true;
  if (slice.documents_.empty()) return false;
  return at_ - slice.documents_.front().begin >= limits_.slice_bytes;
}

bool DocumentSplitter::Impl::find_document(Slice& slice) {
  switch (format_) {
    case Format::Lines:
      return find_line(slice);
    case Format::Array:
      return find_element(slice);
    default:
      return find_value(slice);
  }
}

// Moves to the next byte that is not white space; false at the end of the input.
bool DocumentSplitter::Impl::to_next_text(Slice& slice) {
  do {
    at_ = skip_space(slice.text(), at_);
    if (at_ < slice.size_) return true;
  } while (fill(slice));
  return false;
}

bool DocumentSplitter::Impl::find_line(Slice& slice) {
  if (!to_next_text(slice)) return false;
  const std::size_t begin = at_;
  std::size_t from = begin;
  while (true) {
    const void* found = std::memchr(slice.buffer_.get() + from, '\n', slice.size_ - from);
    if (found != nullptr) {
      at_ = static_cast<std::size_t>(static_cast<const char*>(found) - slice.buffer_.get());
      break;
    }
    at_ = from = slice.size_;
    if (from - begin > limits_.max_document || !fill(slice)) break;
  }
  add(slice, begin, at_);
  counted_ = at_;  // a line holds no line end
  return true;
}

// Scans from at_ for an end; gives it, or the end of the input.
std::size_t DocumentSplitter::Impl::scan(Slice& slice, BracketScanner::Until until) {
  BracketScanner scanner(until);
  std::size_t from = at_;
  while (true) {
    const std::size_t end = scanner.scan(slice.text(), from);
    if (end != std::string_view::npos) return end;
    from = slice.size_;
    if (from - at_ > limits_.max_document || !fill(slice)) return from;
  }
}

bool DocumentSplitter::Impl::find_value(Slice& slice) {
  if (!to_next_text(slice)) return false;
  const std::size_t begin = at_;
  at_ = scan(slice, BracketScanner::Until::Value);
  add(slice, begin, at_);
  return true;
}

bool DocumentSplitter::Impl::find_element(Slice& slice) {
  if (array_ == ArrayState::Before) {
    if (!to_next_text(slice)) return false;
    if (slice.text()[at_] != '[') fail(slice, "expected '[' to begin an array of trees");
    ++at_;
    array_ = ArrayState::First;
  }
  if (array_ == ArrayState::After) {
    if (to_next_text(slice)) {
      fail(slice, "text follows the array; format 'json' reads several values, each a tree");
    }
    return false;
  }
  if (unfinished_) return false;
  if (!to_next_text(slice)) return leave_unfinished(slice);
  if (array_ == ArrayState::First && slice.text()[at_] == ']') {
    end_array();
    return find_element(slice);
  }
  array_ = ArrayState::Elements;
  const std::size_t begin = at_;
  at_ = scan(slice, BracketScanner::Until::Element);
  if (at_ == begin) fail(slice, "expected a value");
  add(slice, begin, at_);
  if (at_ < slice.size_) {
    if (slice.text()[at_] == ']') {
      end_array();
    } else {
      ++at_;
    }
  }
  return true;
}

void DocumentSplitter::Impl::end_array() {
  ++at_;
  array_ = ArrayState::After;
}

// Notes that the array stops in its middle, where that is no error; gives false.
bool DocumentSplitter::Impl::leave_unfinished(const Slice& slice) {
  if (promise_ != Promise::Skip) fail(slice, "the array does not end");
  count_lines(slice, at_);
  unfinished_ = {line_, slice_offset_ + at_ + 1};
  return false;
}

void DocumentSplitter::Impl::add(Slice& slice, std::size_t begin, std::size_t end) {
  while (end > begin && is_space(slice.text()[end - 1])) --end;
  if (end - begin > limits_.max_document) {
    count_lines(slice, begin);
    throw Error(ErrorCode::Limit, input_.name() + ", line " + std::to_string(line_) +
                                      ": a document is longer than " +
                                      std::to_string(limits_.max_document) + " bytes");
  }
  count_lines(slice, begin);
  slice.documents_.push_back({begin, end - begin, line_, slice_offset_ + begin});
}

void DocumentSplitter::Impl::count_lines(const Slice& slice, std::size_t to) {
  const char* text = slice.buffer_.get();
  line_ += static_cast<std::uint64_t>(std::count(text + counted_, text + to, '\n'));
  counted_ = to;
}

void DocumentSplitter::Impl::fail(const Slice& slice, std::string_view why) {
  count_lines(slice, at_);
  throw_invalid(input_.name() + ", line " + std::to_string(line_) + ", byte " +
                std::to_string(slice_offset_ + at_ + 1) + ": " + std::string(why));
}

DocumentSplitter::DocumentSplitter(Input& input, Format format, SplitLimits limits, Promise promise)
    : impl_(std::make_unique<Impl>(input, format, limits, promise)) {}
DocumentSplitter::~DocumentSplitter() = default;

std::optional<Slice> DocumentSplitter::next() { return impl_->next(); }
Format DocumentSplitter::format() { return impl_->format(); }
std::uint64_t DocumentSplitter::bytes() const { return impl_->bytes(); }
const std::optional<UnfinishedArray>& DocumentSplitter::unfinished() const {
  return impl_->unfinished();
}

}  // namespace arbors::json
