// The Gregorian calendar, carried on before 1582 as SQLite does: days from 1970-01-01, and back.
#pragma once

#include <cstdint>

namespace arbors::expr {

struct Date {
  std::int64_t year;
  unsigned month, day;
};

std::int64_t days_of(std::int64_t year, unsigned month, unsigned day);
Date date_of(std::int64_t days);

// Divides towards minus infinity.
std::int64_t floor_divide(std::int64_t value, std::int64_t by);

}  // namespace arbors::expr
