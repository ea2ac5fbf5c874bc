#include "engine/arrow/texts.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "engine/json/values/writer.h"

namespace arbors::arrow {
namespace {

constexpr int kMostDepth = 400;  // of lists and structs within each other
constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int64_t kFirstDay = -719162, kLastDay = 2932896;  // 0001-01-01, 9999-12-31

std::int64_t floor_quotient(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

void append_date(std::int64_t day, std::string& out) {
  if (day < kFirstDay || day > kLastDay)
    throw_bad_arrow("a date lies outside of the years 1 to 9999");
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  out += text;
}

// Appends a time of day, of `count` units that `per_second` make a second.
void append_clock(std::int64_t count, std::int64_t per_second, std::string& out) {
  const std::int64_t seconds = count / per_second;
  const std::int64_t nanoseconds = count % per_second * (1000000000 / per_second);
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  out += text;
  if (nanoseconds == 0) return;
  const bool fine = nanoseconds % 1000 != 0;
  std::snprintf(text, sizeof text, fine ? ".%09d" : ".%06d",
                static_cast<int>(fine ? nanoseconds : nanoseconds / 1000));
  out += text;
}

// Divides a little-endian number of 32-bit words in place; gives the remainder.
std::uint32_t divide(std::uint32_t* words, std::size_t count, std::uint32_t by) {
  std::uint64_t rest = 0;
  for (std::size_t i = count; i-- > 0;) {
    rest = rest << 32 | words[i];
    words[i] = static_cast<std::uint32_t>(rest / by);
    rest %= by;
  }
  return static_cast<std::uint32_t>(rest);
}

// Appends the digits of a two's complement, little-endian integer; true where it is negative.
bool append_digits(std::string_view bytes, std::string& out) {
  constexpr std::size_t kWords = 8;
  std::uint32_t words[kWords] = {};
  std::memcpy(words, bytes.data(), bytes.size());
  const std::size_t count = bytes.size() / 4;
  const bool negative = (words[count - 1] >> 31) != 0;
  if (negative) {
    std::uint64_t carry = 1;
    for (std::size_t i = 0; i < count; ++i) {
      carry += static_cast<std::uint32_t>(~words[i]);
      words[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  const std::size_t first = out.size();
  do {
    out += static_cast<char>('0' + divide(words, count, 10));
  } while (std::any_of(words, words + count, [](std::uint32_t word) { return word != 0; }));
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
  return negative;
}

class JsonWriter {
 public:
  JsonWriter(Allowance& allowance, std::string& out) : allowance_(allowance), out_(out) {}

  void value(const Array& given, std::size_t given_at, int depth) {
    if (depth > kMostDepth) throw_bad_arrow("it is nested too deeply");
    const auto [array, at] = cell_of(given, given_at);
    allowance_.spend(1);
    if (array == nullptr) {
      out_ += "null";
      return;
    }
    switch (array->field->kind) {
      case Kind::Bool:
        out_ += array->flag(at) ? "true" : "false";
        return;
      case Kind::Integer:
        return json::write_integer(out_, array->integer(at));
      case Kind::Unsigned:
        out_ += std::to_string(array->unsigned_integer(at));
        return;
      case Kind::Real:
        return json::write_real(out_, array->real(at));
      case Kind::Decimal:
        return append_decimal(*array, at, out_);
      case Kind::Text:
      case Kind::TextView:
        return text(array->text(at));
      case Kind::Struct:
        return object(*array, at, depth);
      case Kind::List:
      case Kind::ListView:
      case Kind::FixedList:
        return list(elements_of(*array, at), depth);
      default:
        out_ += '"';
        append_time_text(*array, at, out_);
        out_ += '"';
    }
  }

 private:
  void text(std::string_view text) {
    allowance_.spend(text.size() / 16);
    json::write_string(out_, text);
  }

  void object(const Array& array, std::size_t at, int depth) {
    char before = '{';
    for (const Array& child : array.children) {
      out_ += before;
      before = ',';
      json::write_string(out_, child.field->name);
      out_ += ':';
      value(child, at, depth + 1);
    }
    out_ += before == '{' ? "{}" : "}";
  }

  void list(const Elements& elements, int depth) {
    out_ += '[';
    for (std::size_t i = elements.begin; i < elements.end; ++i) {
      if (i > elements.begin) out_ += ',';
      value(elements.array, i, depth + 1);
    }
    out_ += ']';
  }

  Allowance& allowance_;
  std::string& out_;
};

}  // namespace

void append_time_text(const Array& array, std::size_t at, std::string& out) {
  const Field& field = *array.field;
  const std::int64_t value = array.integer(at);
  if (field.kind == Kind::Date && field.per_second == 0) return append_date(value, out);
  const std::int64_t per_day = kDaySeconds * field.per_second;
  if (field.kind == Kind::Time) {
    if (value < 0 || value >= per_day) throw_bad_arrow("a time lies outside of the day");
    return append_clock(value, field.per_second, out);
  }
  const std::int64_t day = floor_quotient(value, per_day);
  append_date(day, out);
  if (field.kind == Kind::Date) return;
  out += 'T';
  append_clock(value - day * per_day, field.per_second, out);
  if (field.zoned) out += "+00:00";
}

void append_decimal(const Array& array, std::size_t at, std::string& out) {
  std::string digits;
  const bool negative = append_digits(array.decimal(at), digits);
  const std::int32_t scale = array.field->scale;
  if (negative) out += '-';
  if (scale <= 0) {
    out += digits;
    if (digits != "0") out.append(static_cast<std::size_t>(-scale), '0');
    return;
  }
  const auto places = static_cast<std::size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  const std::size_t whole = digits.size() - places;
  out.append(digits, 0, whole);
  if (digits.find_first_not_of('0', whole) == std::string::npos) return;
  out += '.';
  out.append(digits, whole);
}

void append_json(const Array& array, std::size_t at, Allowance& allowance, std::string& out) {
  JsonWriter(allowance, out).value(array, at, 0);
}

}  // namespace arbors::arrow
