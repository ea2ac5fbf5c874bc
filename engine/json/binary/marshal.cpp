#include "engine/json/binary/marshal.h"

#include <xxhash.h>

#include <cstring>
#include <vector>

#include "engine/base/error.h"

namespace arbors::json {
namespace {

constexpr unsigned kDigitBits = 15;  // of one digit of a long integer
constexpr std::uint32_t kDigitMask = (1U << kDigitBits) - 1;
constexpr char kReferable = static_cast<char>(0x80);  // a type's flag: may be referred to

constexpr std::size_t kMostDecimals = 4300;  // of an integer, as many as Python reads

// Thrown and caught here alone: a tree that Python's reader would refuse, or take for ever to
// write.
struct Unfit {};

bool is_ascii(std::string_view text) {
  std::uint64_t high = 0, word = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::memcpy(&word, text.data() + i, 8);
    high |= word;
  }
  for (; i < text.size(); ++i) high |= static_cast<std::uint64_t>(text[i] & 0x80) << 56;
  return (high & 0x8080808080808080) == 0;
}

}  // namespace

void MarshalList::clear() {
  out_.assign("[\0\0\0\0", 5);
  count_ = references_ = known_count_ = 0;
  known_.fill({});
}

std::string_view MarshalList::bytes() {
  std::memcpy(out_.data() + 1, &count_, sizeof count_);
  return out_;
}

bool MarshalList::add(std::string_view json) {
  const std::size_t before = out_.size();
  const std::uint32_t references = references_;
  at_ = json.data();
  end_ = at_ + json.size();
  try {
    value(0);
  } catch (const Unfit&) {
    out_.resize(before);
    references_ = references;
    for (Known& known : known_)
      if (known.offset >= before) known = {};
    return false;
  }
  if (at_ != end_) fail();
  ++count_;
  return true;
}

char MarshalList::here() const {
  if (at_ == end_) fail();
  return *at_;
}

void MarshalList::expect(char c) {
  if (here() != c) fail();
  ++at_;
}

void MarshalList::fail() const { throw Error(ErrorCode::Corrupt, "a tree is no valid JSON"); }

void MarshalList::value(unsigned depth) {
  switch (here()) {
    case '{':
      return object(depth);
    case '[':
      return array(depth);
    case '"':
      return string();
    case 't':
      return word("true", 'T');
    case 'f':
      return word("false", 'F');
    case 'n':
      return word("null", 'N');
    default:
      return number();
  }
}

void MarshalList::object(unsigned depth) {
  if (depth >= kMostDepth) throw Unfit{};
  out_ += '{';
  ++at_;
  while (here() != '}') {
    string();
    expect(':');
    value(depth + 1);
    if (here() == ',') ++at_;
  }
  ++at_;
  out_ += '0';
}

void MarshalList::array(unsigned depth) {
  if (depth >= kMostDepth) throw Unfit{};
  out_ += '[';
  const std::size_t place = out_.size();
  u32(0);
  std::uint32_t size = 0;
  ++at_;
  for (; here() != ']'; ++size) {
    value(depth + 1);
    if (here() == ',') ++at_;
  }
  ++at_;
  std::memcpy(out_.data() + place, &size, sizeof size);
}

void MarshalList::word(std::string_view text, char type) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) fail();
  at_ += text.size();
  out_ += type;
}

void MarshalList::string() {
  expect('"');
  const char* const begin = at_;
  bool escaped = false;
  while (here() != '"') {
    if (*at_ == '\\') {
      escaped = true;
      ++at_;
      here();
    }
    ++at_;
  }
  std::string_view raw(begin, static_cast<std::size_t>(at_ - begin));
  ++at_;
  if (escaped) {
    scratch_.clear();
    if (!unescape(raw, scratch_)) fail();
    raw = scratch_;
  }
  text(raw);
}

// Writes a short text once, to be referred to from then on.
void MarshalList::text(std::string_view text) {
  const bool ascii = is_ascii(text);
  bool shared = false;
  if (!text.empty() && text.size() <= kMostShared) {
    const auto hash = static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
    if (refer(text, hash)) return;
    shared = known_count_ < kMostKnown;
    if (shared) {
      std::uint32_t slot = hash % kSlots;
      while (known_[slot].size != 0) slot = (slot + 1) % kSlots;
      // The type and one or four bytes of the size stand before the text.
      const std::size_t offset = out_.size() + (ascii ? 2 : 5);
      known_[slot] = {hash, static_cast<std::uint32_t>(offset),
                      static_cast<std::uint32_t>(text.size()), references_++};
      ++known_count_;
    }
  }
  const char flag = shared ? kReferable : char{0};
  if (ascii && text.size() < 256) {
    out_ += static_cast<char>('z' | flag);
    out_ += static_cast<char>(text.size());
  } else {
    out_ += static_cast<char>((ascii ? 'a' : 'u') | flag);
    u32(static_cast<std::uint32_t>(text.size()));
  }
  out_ += text;
}

bool MarshalList::refer(std::string_view text, std::uint32_t hash) {
  for (std::uint32_t slot = hash % kSlots; known_[slot].size != 0; slot = (slot + 1) % kSlots) {
    const Known& known = known_[slot];
    if (known.hash != hash || std::string_view(out_).substr(known.offset, known.size) != text)
      continue;
    out_ += 'r';
    u32(known.reference);
    return true;
  }
  return false;
}

void MarshalList::number() {
  const char* const begin = at_;
  if (*begin != '-' && !is_digit(*begin)) fail();
  const Number number = parse_number(begin, end_);
  if (number.kind == NumberKind::Malformed) fail();
  at_ = number.stop;
  const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  if (number.kind == NumberKind::Integer) return integer(number.integer);
  if (number.kind == NumberKind::Big && text.find_first_of(".eE") == std::string_view::npos)
    return big_integer(text);
  out_ += 'g';
  out_.append(reinterpret_cast<const char*>(&number.real), sizeof number.real);
}

void MarshalList::integer(std::int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) {
    out_ += 'i';
    return u32(static_cast<std::uint32_t>(value));
  }
  const auto bits = static_cast<std::uint64_t>(value);
  digits(value < 0 ? 0 - bits : bits, value < 0);
}

// An integer of more than 32 bits: its number of digits, negative if it is, and they, least first.
void MarshalList::digits(std::uint64_t magnitude, bool negative) {
  out_ += 'l';
  const std::size_t place = out_.size();
  u32(0);
  std::int32_t count = 0;
  for (; magnitude != 0; magnitude >>= kDigitBits, ++count) {
    const auto digit = static_cast<std::uint16_t>(magnitude & kDigitMask);
    out_.append(reinterpret_cast<const char*>(&digit), sizeof digit);
  }
  if (negative) count = -count;
  std::memcpy(out_.data() + place, &count, sizeof count);
}

void MarshalList::big_integer(std::string_view decimal) {
  if (decimal.size() > kMostDecimals) throw Unfit{};
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
  out_ += 'l';
  u32(static_cast<std::uint32_t>(negative ? -count : count));
  out_.append(reinterpret_cast<const char*>(found.data()), found.size() * sizeof(std::uint16_t));
}

void MarshalList::u32(std::uint32_t value) {
  out_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace arbors::json
