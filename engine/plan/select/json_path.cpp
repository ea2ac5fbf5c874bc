#include "engine/plan/select/json_path.h"

#include <algorithm>
#include <charconv>

#include "engine/base/error.h"

namespace arbors::plan::select {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80;
}

// Reads what stands behind `$`.
class Steps {
 public:
  explicit Steps(std::string_view text) : text_(text) {}

  std::vector<PathStep> read() {
    std::vector<PathStep> steps;
    for (at_ = 1; at_ < text_.size();) {
      const char c = text_[at_++];
      if (c == '.') {
        steps.push_back({PathStep::Kind::Key, key(), 0});
      } else if (c == '[') {
        steps.push_back({PathStep::Kind::Index, {}, index()});
      } else {
        fail();
      }
    }
    return steps;
  }

 private:
  [[noreturn]] void fail() const {
    throw_invalid("the JSON path '" + std::string(text_) + "' is not understood here");
  }

  std::string key() {
    if (at_ < text_.size() && text_[at_] == '"') {
      const std::size_t end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) fail();
      std::string quoted(text_.substr(at_ + 1, end - at_ - 1));
      if (quoted.find('\\') != std::string::npos) fail();
      at_ = end + 1;
      return quoted;
    }
    const std::size_t end = std::min(text_.find_first_of(".[", at_), text_.size());
    if (end == at_) fail();
    std::string bare(text_.substr(at_, end - at_));
    at_ = end;
    return bare;
  }

  std::int64_t index() {
    const bool from_end = at_ + 1 < text_.size() && text_[at_] == '#' && text_[at_ + 1] == '-';
    if (from_end) at_ += 2;
    std::int64_t index = 0;
    const auto [stop, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), index);
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (error != std::errc{} || index < 0 || at_ == text_.size() || text_[at_] != ']') fail();
    if (from_end && index == 0) fail();
    ++at_;
    return from_end ? -index : index;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<PathStep> json_steps(const Value& label) {
  if (label.kind == ValueKind::Integer && label.integer >= 0)
    return {{PathStep::Kind::Index, {}, label.integer}};
  if (label.kind == ValueKind::Text && label.text.starts_with('$')) return Steps(label.text).read();
  const bool plain = label.kind == ValueKind::Text && !label.text.empty() &&
                     is_letter(label.text.front()) &&
                     std::all_of(label.text.begin(), label.text.end(),
                                 [](char c) { return is_letter(c) || is_digit(c); });
  if (!plain)
    throw_invalid(
        "this label is not understood here, for versions of SQLite differ about it: write a path, "
        "'$.\"key\"' or '$[0]'");
  return {{PathStep::Kind::Key, label.text, 0}};
}

}  // namespace arbors::plan::select
