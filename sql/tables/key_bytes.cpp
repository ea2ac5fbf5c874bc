#include "sql/tables/key_bytes.h"

#include <bit>
#include <cmath>

namespace arbors::store {

namespace {

constexpr char kNumber = 5, kText = 10, kBlob = 15;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr double kExact = 9007199254740992.0;      // 2^53: up to here integers are their doubles
constexpr double kBeyond = 9223372036854775808.0;  // 2^63: the first that is no int64
constexpr int kNoDistance = 1 << 15;

template <typename Integer>
void append_big_endian(std::string& bytes, Integer integer) {
  for (int shift = 8 * (int{sizeof(Integer)} - 1); shift >= 0; shift -= 8)
    bytes += static_cast<char>(integer >> shift);
}

template <typename Integer>
Integer take_big_endian(std::string_view& bytes) {
  std::uint64_t integer = 0;
  for (std::size_t at = 0; at < sizeof(Integer); ++at)
    integer = integer << 8 | static_cast<std::uint8_t>(bytes[at]);
  bytes.remove_prefix(sizeof(Integer));
  return static_cast<Integer>(integer);
}

bool is_int64(double whole) { return whole >= -kBeyond && whole < kBeyond; }
bool is_whole(double real) { return is_int64(real) && std::trunc(real) == real; }

// An integer less the double that is nearest to it.
int distance(std::int64_t integer, double nearest) {
  if (nearest == kBeyond) return static_cast<int>(integer - INT64_MAX) - 1;
  return static_cast<int>(integer - static_cast<std::int64_t>(nearest));
}

void append_number(std::string& bytes, double nearest, int distance) {
  const auto bits = std::bit_cast<std::uint64_t>(nearest == 0 ? 0.0 : nearest);
  bytes += kNumber;
  append_big_endian(bytes, (bits & kSign) != 0 ? ~bits : bits | kSign);
  if (std::abs(nearest) < kExact) return;
  append_big_endian(bytes, static_cast<std::uint16_t>(kNoDistance + distance));
}

void append_text(std::string& bytes, char kind, std::string_view text) {
  bytes += kind;
  for (std::size_t zero; (zero = text.find('\0')) != std::string_view::npos;) {
    bytes.append(text.substr(0, zero + 1)) += '\xff';
    text.remove_prefix(zero + 1);
  }
  bytes.append(text).append(2, '\0');
}

void read_number(std::string_view& bytes, Value& value) {
  const auto ordered = take_big_endian<std::uint64_t>(bytes);
  const auto real = std::bit_cast<double>((ordered & kSign) != 0 ? ordered ^ kSign : ~ordered);
  const int distance =
      std::abs(real) < kExact ? 0 : take_big_endian<std::uint16_t>(bytes) - kNoDistance;
  value.kind = ValueKind::Integer;
  if (real == kBeyond && distance < 0) {
    value.integer = INT64_MAX + (distance + 1);
  } else if (is_whole(real)) {
    value.integer = static_cast<std::int64_t>(real) + distance;
  } else {
    value.kind = ValueKind::Real;
    value.real = real;
  }
}

void read_text(std::string_view& bytes, std::string& text) {
  text.clear();
  while (true) {
    const std::size_t zero = bytes.find('\0');
    text.append(bytes.substr(0, zero));
    const bool ends = bytes[zero + 1] == '\0';
    bytes.remove_prefix(zero + 2);
    if (ends) return;
    text += '\0';
  }
}

}  // namespace

void append_key_part(std::string& bytes, std::int64_t integer) {
  const auto nearest = static_cast<double>(integer);
  append_number(bytes, nearest, distance(integer, nearest));
}

void append_key_part(std::string& bytes, std::string_view text) { append_text(bytes, kText, text); }

void append_key_part(std::string& bytes, const Value& value) {
  if (value.kind == ValueKind::Integer) {
    append_key_part(bytes, value.integer);
  } else if (value.kind == ValueKind::Real) {
    append_number(bytes, value.real, 0);
  } else {
    append_text(bytes, value.is_text() ? kText : kBlob, value.text);
  }
}

std::optional<std::int64_t> whole_number(const Value& value) {
  if (value.kind == ValueKind::Integer) return value.integer;
  if (value.kind != ValueKind::Real || !is_whole(value.real)) return std::nullopt;
  return static_cast<std::int64_t>(value.real);
}

NumberMark mark_of(const Value& value) {
  if (value.kind != ValueKind::Real || !is_whole(value.real)) return NumberMark::None;
  return value.real == 0 && std::signbit(value.real) ? NumberMark::NegativeZero : NumberMark::Real;
}

void read_key_part(std::string_view& bytes, Value& value) {
  const char kind = bytes.front();
  bytes.remove_prefix(1);
  if (kind == kNumber) return read_number(bytes, value);
  value.kind = kind == kText ? ValueKind::Text : ValueKind::Blob;
  read_text(bytes, value.text);
}

void set_mark(Value& value, NumberMark mark) {
  if (mark == NumberMark::None) return;
  value.kind = ValueKind::Real;
  value.real = mark == NumberMark::NegativeZero ? -0.0 : static_cast<double>(value.integer);
}

}  // namespace arbors::store
