#include "engine/expr/time_reader.h"

#include "engine/expr/characters.h"

namespace arbors::expr {

bool TimeReader::accept(char c) {
  const bool found = !done() && text_[at_] == c;
  at_ += found ? 1 : 0;
  return found;
}

bool TimeReader::accept_space() { return !done() && is_space(text_[at_]) && accept(text_[at_]); }

bool TimeReader::digits(std::size_t count, unsigned least, unsigned most, unsigned& out) {
  out = 0;
  for (std::size_t i = 0; i < count; ++i, ++at_) {
    if (done() || !is_digit(text_[at_])) return false;
    out = out * 10 + static_cast<unsigned>(text_[at_] - '0');
  }
  return out >= least && out <= most;
}

bool TimeReader::time(std::int64_t& milliseconds) {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  if (!digits(2, 0, 24, hour) || !accept(':') || !digits(2, 0, 59, minute)) return false;
  unsigned fraction = 0;
  if (accept(':')) {
    if (!digits(2, 0, 59, second)) return false;
    if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
      ++at_;
      for (unsigned scale = 100; !done() && is_digit(text_[at_]); ++at_, scale /= 10)
        fraction += scale * static_cast<unsigned>(text_[at_] - '0');
    }
  }
  milliseconds = std::int64_t{hour} * 3'600'000 + minute * 60'000 + second * 1'000 + fraction;
  return true;
}

bool TimeReader::zone(std::int64_t& milliseconds) {
  while (accept_space()) {
  }
  const bool west = accept('-');
  if (west || accept('+')) {
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!digits(2, 0, 14, hours) || !accept(':') || !digits(2, 0, 59, minutes)) return false;
    const std::int64_t offset = std::int64_t{hours * 60 + minutes} * 60'000;
    milliseconds += west ? offset : -offset;
  } else if (!accept('Z')) {
    accept('z');
  }
  while (accept_space()) {
  }
  return done();
}

}  // namespace arbors::expr
