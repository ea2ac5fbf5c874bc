// Finds one text in another, in time that grows with their lengths alone, and stops where work is
// told to stop.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arbors::expr {

// Gives the first place of `part` in `text` from `at` on, as std::string_view::find() does; npos
// where there is none.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t at = 0);

// Finds a part in many texts that lie back to back, the case of ASCII letters ignored or not: looks
// at sixteen places at once for the part's first and last byte, and at a text only where both
// stand.
class PartFinder {
 public:
  // `part` has a byte or more, letters in lower case where `fold`.
  PartFinder(std::string_view part, bool fold);

  // Gives the first place of the part in `text` from `at` on; npos where there is none. Asks in
  // between whether to stop.
  std::size_t find(std::string_view text, std::size_t at = 0) const;

 private:
  std::size_t candidate(const char* text, std::size_t at, std::size_t end) const;
  bool stands_at(const char* text) const;

  std::string part_;
  bool fold_;
  // A byte matches where it is equal once its case bit is set.
  char first_, last_, first_case_, last_case_;
};

}  // namespace arbors::expr
