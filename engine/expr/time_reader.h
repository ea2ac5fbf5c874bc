// Reads the parts of times in texts, as SQLite's date functions do.
#pragma once

#include <cstdint>
#include <string_view>

namespace arbors::expr {

class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }
  bool accept(char c);
  bool accept_space();
  // Reads exactly `count` digits of a number from `least` to `most`.
  bool digits(std::size_t count, unsigned least, unsigned most, unsigned& out);
  // Reads `HH:MM[:SS[.fraction]]`, the fraction cut to milliseconds.
  bool time(std::int64_t& milliseconds);
  // Reads what may follow a time: blanks, `Z` or an offset, which is taken off; then the text ends.
  bool zone(std::int64_t& milliseconds);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace arbors::expr
