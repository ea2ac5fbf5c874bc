// Numbers in texts as SQLite reads and writes them: literals and their longest numeric prefix, with
// white space around and no hexadecimal; reals as "%!0.*g" of as many digits as the host has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace arbors {

struct NumberPrefix {
  enum class Form : std::uint8_t { None, Integer, Real } form = Form::None;  // digits; `.` or `e`
  bool whole = false;         // nothing but white space around the number
  bool fits_integer = false;  // Form::Integer within int64
  std::int64_t integer = 0;   // of the leading digits alone, clamped to int64
  double real = 0;
};

// Reads the longest numeric prefix of a text.
NumberPrefix number_prefix(std::string_view text);

// Reads a text as arithmetic does: 5 of '5 apples', 0 of 'apples'; an Integer or a Real value.
Value arithmetic_value(std::string_view text);

// Appends an integer's digits.
void append_integer(std::string& out, std::int64_t value);

// Writes a real to `out` as "%!0.*g" does, ended by a zero byte: so many digits at most, always a
// point. What is written of an infinity is the host's own.
using RealFormatter = void (*)(char* out, int size, int digits, double value);

// Lets the host write reals. Versions of SQLite round a real that lies between two decimals in
// their own ways, and give it 15 digits or (from 3.53 on) 17; without a host the C library does it.
// Its JSON functions give so many digits of their own.
void set_real_formatter(RealFormatter formatter, int digits, int json_digits);

// Writes a real as SQLite's JSON functions do; empty of an infinity where what they write is no
// JSON.
std::string real_as_sql_json(double value);

// Reads a number's text, one of no more than a `-` included.
using RealReader = double (*)(std::string_view text);

// Lets the host read reals of which its versions make different doubles: with more digits than a
// double has, far from 1, or halfway between two. Without a host they are rounded correctly.
void set_real_reader(RealReader reader);

// Tells how many digits a real has as a text, at most.
int real_text_digits();

// Turns a real to an integer as CAST does: truncates, clamps to int64; 0 of NaN.
std::int64_t truncate_to_integer(double value);

}  // namespace arbors
