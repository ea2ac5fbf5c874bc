#include "engine/base/value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/base/number_text.h"
#include "engine/base/scalar.h"

namespace arbors {
namespace {

constexpr auto kFold = [] {
  std::array<unsigned char, 256> fold{};
  for (unsigned c = 0; c < 256; ++c) {
    fold[c] = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return fold;
}();

// Like SQLite's NOCASE, looks at no character behind a NUL that both texts have at one place.
int compare_folded(std::string_view left, std::string_view right) {
  const std::size_t common = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < common; ++i) {
    const int difference =
        kFold[static_cast<unsigned char>(left[i])] - kFold[static_cast<unsigned char>(right[i])];
    if (difference != 0) return difference;
    if (left[i] == '\0') break;
  }
  return left.size() < right.size() ? -1 : (left.size() > right.size() ? 1 : 0);
}

std::string_view without_trailing_spaces(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Value real_to_integer_where_exact(const Value& value) {
  const std::int64_t integer = truncate_to_integer(value.real);
  const bool exact = static_cast<double>(integer) == value.real &&
                     integer > std::numeric_limits<std::int64_t>::min() &&
                     integer < std::numeric_limits<std::int64_t>::max();
  return exact ? Value::of(integer) : value;
}

bool holds_word(std::string_view type, std::string_view word) {
  return std::search(type.begin(), type.end(), word.begin(), word.end(), [](char a, char b) {
           return kFold[static_cast<unsigned char>(a)] == static_cast<unsigned char>(b);
         }) != type.end();
}

}  // namespace

int compare(std::int64_t left, double right) {
  if (std::isnan(right)) return 1;
  if (right >= 9223372036854775808.0) return -1;
  if (right < -9223372036854775808.0) return 1;
  const auto whole = static_cast<std::int64_t>(right);
  if (left != whole) return left < whole ? -1 : 1;
  const double fraction = right - static_cast<double>(whole);
  return fraction > 0 ? -1 : (fraction < 0 ? 1 : 0);
}

int compare(std::string_view left, std::string_view right, Collation collation) {
  if (collation == Collation::NoCase) return compare_folded(left, right);
  if (collation == Collation::RTrim) {
    left = without_trailing_spaces(left);
    right = without_trailing_spaces(right);
  }
  return left.compare(right);
}

int compare(const Value& left, const Value& right, Collation collation) {
  return compare(Scalar(left), Scalar(right), collation);
}

Value apply_affinity(Value value, Affinity affinity) {
  switch (affinity) {
    case Affinity::None:
      return value;
    case Affinity::Text: {
      if (!value.is_number()) return value;
      std::string text;
      append_text(text, Scalar(value));
      return Value::of(std::move(text));
    }
    default:
      break;
  }
  if (value.is_text()) {
    Value number = numeric_value(value.text);
    if (number.is_null()) return value;
    value = std::move(number);
  }
  if (affinity == Affinity::Real && value.kind == ValueKind::Integer) {
    return Value::of(static_cast<double>(value.integer));
  }
  const bool whole = affinity != Affinity::Real && value.kind == ValueKind::Real;
  return whole ? real_to_integer_where_exact(value) : value;
}

Affinity affinity_of_type(std::string_view declared_type) {
  if (declared_type.empty()) return Affinity::None;
  if (holds_word(declared_type, "int")) return Affinity::Integer;
  for (const std::string_view word : {"char", "clob", "text"}) {
    if (holds_word(declared_type, word)) return Affinity::Text;
  }
  if (holds_word(declared_type, "blob")) return Affinity::None;
  for (const std::string_view word : {"real", "floa", "doub"}) {
    if (holds_word(declared_type, word)) return Affinity::Real;
  }
  return Affinity::Numeric;
}

}  // namespace arbors
