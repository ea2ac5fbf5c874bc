#include "engine/json/input/minimal_text.h"

#include <algorithm>
#include <cstring>

#include "engine/json/values/scalar_reader.h"
#include "engine/json/values/writer.h"

namespace arbors::json {
namespace {

constexpr std::size_t kSurelyInteger = 18;  // digits

std::uint64_t eight_bytes(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Keys with different marks differ.
std::uint64_t mark_of(std::string_view key) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t begin = 0, end = 0;
  if (key.size() >= kWord) {
    begin = eight_bytes(key.data());
    end = eight_bytes(key.data() + key.size() - kWord);
  } else {
    for (const char c : key) begin = begin << 8 | static_cast<unsigned char>(c);
  }
  return (begin ^ end << 29 ^ end >> 35) * 31 + key.size();
}

// Tells whether a text is a real of few digits as it is written: no two of up to 15 digits read as
// the same double, so none has a shorter text.
bool is_minimal_decimal(std::string_view text) {
  constexpr std::size_t kMostDigits = 15, kMostZeros = 3;  // of these behind `0.`
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || text.size() - 1 > kMostDigits) return false;
  const std::string_view whole = text.substr(0, point), part = text.substr(point + 1);
  if (whole.empty() || part.empty() || (whole.front() == '0' && whole.size() > 1)) return false;
  if (!std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(part, is_digit)) return false;
  if (part.back() == '0') return part.size() == 1;
  return whole != "0" || part.find_first_not_of('0') <= kMostZeros;
}

}  // namespace

bool is_minimal_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > kSurelyInteger) return false;
  if (text.front() == '0' && (text.size() > 1 || negative)) return false;
  return std::ranges::all_of(text, is_digit);
}

bool MinimalText::recognize(std::string_view text, const std::uint32_t* token,
                            const std::uint32_t* end) {
  if (text.size() > kMostBytes) return false;
  if (std::memchr(text.data(), '\\', text.size()) != nullptr) return false;
  text_ = text;
  begin(token);
  if (is_familiar(end)) return true;
  begin(token);
  if (!is_minimal(end)) return false;
  skeletons_.learn(text, token, end);
  return true;
}

void MinimalText::begin(const std::uint32_t* token) {
  token_ = token;
  at_ = depth_ = 0;
}

// Tells whether the text is one met before, but for its scalars.
bool MinimalText::is_familiar(const std::uint32_t* end) {
  skeletons_.begin();
  for (;;) {
    const TextSkeletons::Piece* piece = skeletons_.next(text_.substr(at_));
    if (piece == nullptr || end - token_ < piece->tokens) return false;
    token_ += piece->tokens;
    at_ += piece->bytes;
    if (piece->last) return token_ == end;
    if (token_ == end || *token_ != at_ || !(text_[at_] == '"' ? string() : scalar())) return false;
  }
}

bool MinimalText::is_minimal(const std::uint32_t* end) {
  keys_.clear();
  do {
    if (token_ == end || *token_ != at_ || !value()) return false;
  } while (depth_ > 0);
  return token_ == end && at_ == text_.size();
}

inline bool MinimalText::is_here(char c) const {
  return *token_ == at_ && at_ < text_.size() && text_[at_] == c;
}

inline bool MinimalText::pass(char c) {
  if (!is_here(c)) return false;
  ++token_;
  ++at_;
  return true;
}

// Moves past a value, or into it, and to where the next one begins.
bool MinimalText::value() {
  const char c = text_[at_];
  if (c != '{' && c != '[') return (c == '"' ? string() : scalar()) && close();
  ++token_;
  ++at_;
  return pass(c == '{' ? '}' : ']') ? close() : open(c == '{');
}

bool MinimalText::open(bool object) {
  if (depth_ == kMostDepth) return false;
  objects_[depth_] = object;
  first_keys_[depth_] = keys_.size();
  ++depth_;
  return !object || key();
}

bool MinimalText::close() {
  while (depth_ > 0) {
    const bool object = objects_[depth_ - 1];
    if (pass(',')) return !object || key();
    if (!pass(object ? '}' : ']')) return false;
    keys_.resize(first_keys_[--depth_]);
  }
  return true;
}

bool MinimalText::key() {
  const std::uint32_t begin = at_;
  if (!is_here('"') || !string()) return false;
  return add_key(text_.substr(begin + 1, at_ - begin - 2)) && pass(':');
}

bool MinimalText::add_key(std::string_view key) {
  const std::size_t first = first_keys_[depth_ - 1];
  if (keys_.size() - first == kMostKeys) return false;
  const std::uint64_t mark = mark_of(key);
  for (std::size_t at = first; at < keys_.size(); ++at)
    if (keys_[at].mark == mark && keys_[at].text == key) return false;
  keys_.push_back({mark, key});
  return true;
}

// The index says that all strings are closed, and none holds a raw control character.
bool MinimalText::string() {
  const std::uint32_t next = *++token_;
  if (next < at_ + 2 || text_[next - 1] != '"') return false;
  at_ = next;
  return true;
}

bool MinimalText::scalar() {
  const std::uint32_t next = *++token_;
  const std::string_view raw = text_.substr(at_, next - at_);
  at_ = next;
  if (raw.front() == '-' || is_digit(raw.front()))
    return is_minimal_integer(raw) || is_minimal_decimal(raw) || real(raw);
  return raw == "true" || raw == "false" || raw == "null";
}

bool MinimalText::real(std::string_view raw) {
  const Number number = parse_number(raw.data(), text_.data() + text_.size());
  if (number.kind != NumberKind::Real || number.stop != raw.data() + raw.size()) return false;
  written_.clear();
  write_real(written_, number.real);
  return written_ == raw;
}

}  // namespace arbors::json
