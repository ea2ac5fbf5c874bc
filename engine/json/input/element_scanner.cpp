#include "engine/json/input/element_scanner.h"

#include <utility>

#include "engine/json/values/scalar_reader.h"

namespace arbors::json {

std::size_t ElementScanner::scan(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string_)
      pass_in_string(c);
    else if (is_space(c))
      begins_line_ = begins_line_ || c == '\n';
    else if (!pass(c))
      return at;
  }
  return std::string_view::npos;
}

bool ElementScanner::pass(char c) {
  if (open_.empty() && (c == ',' || c == ']')) return false;
  if (torn_ && c == '{') return false;
  torn_ = false;
  const bool begins_line = std::exchange(begins_line_, false);
  switch (c) {
    case '"':
      in_string_ = true;
      key_ = wanted_ == Wanted::Key;
      return true;
    case '{':
    case '[':
      return open(c, begins_line);
    case '}':
    case ']':
      close(c);
      return true;
    case ',':
      wanted_ = open_.back() == '{' ? Wanted::Key : Wanted::Value;
      return true;
    case ':':
      wanted_ = Wanted::Value;
      return true;
    default:
      wanted_ = Wanted::Comma;
      return true;
  }
}

// No string goes on after a line's end. Brackets may have been taken for a part of one that does
// not end there, so an object that begins the next line is the next element.
void ElementScanner::pass_in_string(char c) {
  if (c != '\n' && (escaped_ || c != '"')) {
    escaped_ = !escaped_ && c == '\\';
    return;
  }
  in_string_ = escaped_ = false;
  torn_ = begins_line_ = c == '\n';
  wanted_ = key_ && c == '"' ? Wanted::Colon : Wanted::Comma;
}

// An object cannot begin where an object wants a key or a comma: where it begins a line, brackets
// lack before it, those up to the nearest array at least. Within a line it may be a part of the
// broken element, which must not pass for one.
bool ElementScanner::open(char c, bool begins_line) {
  if (open_.empty() && wanted_ != Wanted::Value) return false;
  if (c == '{' && begins_line && wanted_ != Wanted::Value && wanted_ != Wanted::Colon) {
    const std::size_t array = open_.rfind('[');
    if (array == std::string::npos) return false;
    open_.resize(array + 1);
  }
  open_ += c;
  wanted_ = c == '{' ? Wanted::Key : Wanted::Value;
  return true;
}

// Closes the nearest bracket of its kind and those within it. Where there is none, a brace stands
// for a bracket, and a bracket for nothing: an object's own brace is yet to come, or the next one.
void ElementScanner::close(char c) {
  const std::size_t fellow = open_.rfind(c == '}' ? '{' : '[');
  if (fellow != std::string::npos)
    open_.resize(fellow);
  else if (c == '}' && !open_.empty())
    open_.pop_back();
  wanted_ = Wanted::Comma;
}

}  // namespace arbors::json
