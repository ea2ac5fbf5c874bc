// Finds where a JSON value ends without parsing it: counts brackets outside strings. May be fed a
// text piece by piece. What it takes for a value need not be one.
#pragma once

#include <cstddef>
#include <string_view>

namespace arbors::json {

class BracketScanner {
 public:
  enum class Until {
    Value,    // the end of one value, which begins at the first byte
    Element,  // the ',' or ']' after an element of the array around it
    Member,   // the ',' or '}' after the value of a member of the object around it
  };

  void begin(Until until) { *this = BracketScanner(until); }
  explicit BracketScanner(Until until = Until::Value) : until_(until) {}

  // Scans on from `from`; gives the end (of the value, or the place of the ',' or ']'), or npos
  // where `text` ends before; then `text`, grown, is to be scanned on from where it ended.
  std::size_t scan(std::string_view text, std::size_t from);

 private:
  bool ends_before(char c) const;
  // Pass a byte, within a string and outside: true where the value ends with it.
  bool ends_with_string(char c);
  bool ends_with(char c);

  Until until_;
  bool started_ = false;
  bool in_string_ = false;
  bool escaped_ = false;  // a backslash came last
  bool scalar_ = false;   // Value: neither bracket nor string
  std::size_t depth_ = 0;
};

}  // namespace arbors::json
