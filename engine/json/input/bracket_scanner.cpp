#include "engine/json/input/bracket_scanner.h"

#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

bool ends_bare_value(char c) { return is_space(c) || c == '{' || c == '[' || c == '"'; }

}  // namespace

std::size_t BracketScanner::scan(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (!in_string_ && ends_before(c)) return at;
    if (in_string_ ? ends_with_string(c) : ends_with(c)) return at + 1;
  }
  return std::string_view::npos;
}

bool BracketScanner::ends_before(char c) const {
  if (until_ == Until::Value) return scalar_ && ends_bare_value(c);
  return depth_ == 0 && (c == ',' || c == (until_ == Until::Element ? ']' : '}'));
}

bool BracketScanner::ends_with_string(char c) {
  if (escaped_ || c == '\\') {
    escaped_ = !escaped_;
    return false;
  }
  in_string_ = c != '"';
  return !in_string_ && until_ == Until::Value && depth_ == 0;
}

bool BracketScanner::ends_with(char c) {
  if (!started_) scalar_ = until_ == Until::Value && c != '"' && c != '{' && c != '[';
  started_ = true;
  switch (c) {
    case '"':
      in_string_ = true;
      return false;
    case '{':
    case '[':
      ++depth_;
      return false;
    case '}':
    case ']':
      return depth_ > 0 && --depth_ == 0 && until_ == Until::Value;
    default:
      return false;
  }
}

}  // namespace arbors::json
