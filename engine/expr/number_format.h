// Reals as printf's %f, %e and %g write them in SQLite: at most 16 significant digits, 26 where the
// flag `!` asks for more, rounded half up in decimal; zeros stand for the digits beyond.
#pragma once

#include <string>

namespace arbors::expr {

struct RealFormat {
  char conversion = 'f';  // f, e or g
  int precision = 6;
  bool more_digits = false;   // `!`
  bool always_point = false;  // `#`
  bool thousands = false;     // `,`
};

// Writes a finite number that is not negative.
std::string formatted(double value, const RealFormat& format);

}  // namespace arbors::expr
