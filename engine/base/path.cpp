#include "engine/base/path.h"

#include <algorithm>
#include <charconv>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/base/printable.h"

namespace arbors {
namespace {

bool is_bare(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' ||
         u == '$' || u >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Path parse() {
    Path path;
    if (text_.empty()) fail("a path must not be empty");
    require_text();
    std::size_t arrays = 0;
    for (bool first = true; at_ < text_.size(); first = false) {
      path.steps.push_back(step(first));
      arrays += path.steps.back().kind == PathStep::Kind::Every ? 1 : 0;
      if (arrays > kMostArrays) fail(kTooManyArrays);
    }
    return path;
  }

 private:
  void require_text() {
    for (std::size_t size = 0; at_ < text_.size(); at_ += size) {
      size = character_size(text_, at_);
      if (size == 0) fail("a byte that is no UTF-8");
    }
    at_ = 0;
  }

  PathStep step(bool first) {
    if (text_[at_] == '[') return bracket();
    if (!first) {
      if (text_[at_] != '.') fail("expected '.' or '['");
      ++at_;
    }
    return {PathStep::Kind::Key, key(), 0};
  }

  std::string key() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
    if (at_ == start) fail("expected a key");
    return std::string(text_.substr(start, at_ - start));
  }

  std::string quoted() {
    std::string key;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return key;
        }
        ++at_;
      }
      key += text_[at_];
    }
    fail("the quoted key does not end");
  }

  PathStep bracket() {
    ++at_;
    PathStep step;
    if (at_ < text_.size() && text_[at_] == '*') {
      step.kind = PathStep::Kind::Every;
      ++at_;
    } else {
      step.kind = PathStep::Kind::Index;
      const char* end = text_.data() + text_.size();
      const auto [stop, error] = std::from_chars(text_.data() + at_, end, step.index);
      if (error != std::errc{}) fail("expected a number or '*' after '['");
      at_ = static_cast<std::size_t>(stop - text_.data());
    }
    if (at_ >= text_.size() || text_[at_] != ']') fail("expected ']'");
    ++at_;
    return step;
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw_invalid("path '" + excerpt(text_, at_) + "', byte " + std::to_string(at_ + 1) + ": " +
                  std::string(why));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool Path::through_array() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const PathStep& step) { return step.kind != PathStep::Kind::Key; });
}

Path parse_path(std::string_view text) { return Parser(text).parse(); }

namespace {

void append_key(std::string& text, std::string_view key, bool after_dot) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), is_bare) &&
                    (after_dot || key.front() < '0' || key.front() > '9');
  if (bare) {
    text += key;
    return;
  }
  text += '"';
  for (const char c : key) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

}  // namespace

std::string key_text(std::string_view key, bool after_dot) {
  std::string text;
  append_key(text, key, after_dot);
  return text;
}

std::string to_text(const Path& path) {
  std::string text;
  std::size_t size = 0;
  for (const PathStep& step : path.steps) size += step.key.size() + 3;
  text.reserve(size);
  for (const PathStep& step : path.steps) {
    switch (step.kind) {
      case PathStep::Kind::Key: {
        const bool dotted = !text.empty();
        if (dotted) text += '.';
        append_key(text, step.key, dotted);
        break;
      }
      case PathStep::Kind::Index:
        text += '[' + std::to_string(step.index) + ']';
        break;
      case PathStep::Kind::Every:
        text += "[*]";
        break;
    }
  }
  return text;
}

}  // namespace arbors
