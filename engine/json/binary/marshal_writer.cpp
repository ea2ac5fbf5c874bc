#include "engine/json/binary/marshal_writer.h"

#include <algorithm>
#include <vector>

namespace arbors::json {
namespace {

constexpr unsigned kDigitBits = 15;  // of one digit of a long integer
constexpr std::uint32_t kDigitMask = (1U << kDigitBits) - 1;
constexpr char kReferable = static_cast<char>(0x80);  // a type's flag: may be referred to
constexpr std::uint64_t kNoAscii = 0x8080808080808080;

}  // namespace

bool MarshalWriter::is_ascii(std::string_view text) {
  std::uint64_t high = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    high |= word;
  }
  for (; i < text.size(); ++i) high |= static_cast<std::uint64_t>(text[i] & 0x80) << 56;
  return (high & kNoAscii) == 0;
}

void MarshalWriter::clear() {
  to_ = bytes_.get();
  references_ = 0;
}

void MarshalWriter::grow(std::size_t more) {
  const std::size_t size = offset();
  capacity_ = std::max(2 * capacity_, size + more);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
  if (size != 0) std::memcpy(larger.get(), bytes_.get(), size);
  bytes_ = std::move(larger);
  to_ = bytes_.get() + size;
}

void MarshalWriter::integer(std::int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) {
    put('i');
    return u32(static_cast<std::uint32_t>(value));
  }
  const auto bits = static_cast<std::uint64_t>(value);
  digits(value < 0 ? 0 - bits : bits, value < 0);
}

void MarshalWriter::real(double value) {
  put('g');
  put(&value, sizeof value);
}

// An integer of more than 32 bits: its number of digits, negative if it is, and they, least first.
void MarshalWriter::digits(std::uint64_t magnitude, bool negative) {
  put('l');
  char* const place = to_;
  u32(0);
  std::int32_t count = 0;
  for (; magnitude != 0; magnitude >>= kDigitBits, ++count) {
    const auto digit = static_cast<std::uint16_t>(magnitude & kDigitMask);
    put(&digit, sizeof digit);
  }
  if (negative) count = -count;
  std::memcpy(place, &count, sizeof count);
}

void MarshalWriter::big_integer(std::string_view decimal) {
  const bool negative = decimal.front() == '-';
  std::vector<std::uint16_t> found;
  for (const char c : decimal.substr(negative ? 1 : 0)) {
    auto carry = static_cast<std::uint32_t>(c - '0');
    for (std::uint16_t& digit : found) {
      carry += digit * 10U;
      digit = static_cast<std::uint16_t>(carry & kDigitMask);
      carry >>= kDigitBits;
    }
    if (carry != 0) found.push_back(static_cast<std::uint16_t>(carry));
  }
  const auto count = static_cast<std::int32_t>(found.size());
  put('l');
  u32(static_cast<std::uint32_t>(negative ? -count : count));
  put(found.data(), found.size() * sizeof(std::uint16_t));
}

void MarshalWriter::text(std::string_view text, bool ascii, bool shared) {
  const char flag = shared ? kReferable : char{0};
  if (ascii && text.size() < 256) {
    put(static_cast<char>('z' | flag));
    put(static_cast<char>(text.size()));
  } else {
    put(static_cast<char>((ascii ? 'a' : 'u') | flag));
    u32(static_cast<std::uint32_t>(text.size()));
  }
  put(text.data(), text.size());
}

void MarshalWriter::refer(std::uint32_t reference) {
  put('r');
  u32(reference);
}

void MarshalWriter::list(std::uint32_t values) {
  put('[');
  u32(values);
}

void MarshalWriter::tuple(std::uint8_t values) {
  put(')');
  put(static_cast<char>(values));
}

void MarshalWriter::blob(std::span<const char> bytes) {
  put('s');
  u32(static_cast<std::uint32_t>(bytes.size()));
  put(bytes.data(), bytes.size());
}

}  // namespace arbors::json
