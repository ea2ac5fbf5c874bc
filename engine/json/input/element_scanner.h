// Finds where the elements of an array end although some are broken, where those are skipped: knows
// which brackets are open and what may come next, so that a bracket or quote that lacks costs the
// element it lacks in, and those that follow are found. May be fed a text piece by piece.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arbors::json {

class ElementScanner {
 public:
  // Scans on from `from`; gives the end of an element, or npos where `text` ends before. There
  // stands ',' or ']', or the next element where a comma lacks, or a bracket before it.
  std::size_t scan(std::string_view text, std::size_t from);

 private:
  enum class Wanted : unsigned char { Value, Key, Colon, Comma };

  void pass_in_string(char c);
  // Take a byte outside strings, and a bracket: false where the element ends before it.
  bool pass(char c);
  bool open(char c, bool begins_line);
  void close(char c);

  std::string open_;  // the brackets around this place, within the element
  Wanted wanted_ = Wanted::Value;
  bool in_string_ = false;
  bool escaped_ = false;      // a backslash came last
  bool key_ = false;          // the string is a key
  bool begins_line_ = false;  // a line has ended since the last token
  bool torn_ = false;         // a string that does not end was the last
};

}  // namespace arbors::json
