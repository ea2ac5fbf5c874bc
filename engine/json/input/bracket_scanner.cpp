#include "engine/json/input/bracket_scanner.h"

#include "engine/json/values/scalar.h"

namespace arbors::json {
namespace {

bool ends_bare_value(char c) { return is_space(c) || c == '{' || c == '[' || c == '"'; }

}  // namespace

std::size_t BracketScanner::scan(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        if (until_ == Until::Value && depth_ == 0) return at + 1;
      }
      continue;
    }
    if (until_ != Until::Value && depth_ == 0 &&
        (c == ',' || c == (until_ == Until::Element ? ']' : '}')))
      return at;
    if (scalar_ && ends_bare_value(c)) return at;
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      if (depth_ > 0 && --depth_ == 0 && until_ == Until::Value) return at + 1;
    }
    if (!started_) scalar_ = until_ == Until::Value && c != '"' && depth_ == 0;
    started_ = true;
  }
  return std::string_view::npos;
}

}  // namespace arbors::json
