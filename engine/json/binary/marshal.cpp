#include "engine/json/binary/marshal.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
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

// No byte of JSON becomes more than these: a digit alone is an integer of a type and four bytes.
constexpr std::size_t kMostGrowth = 5;

constexpr std::uint64_t kEachByte = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t word_at(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// Has the high bit of the first byte that equals `c`, and of none before it.
std::uint64_t first_equal(std::uint64_t word, char c) {
  const std::uint64_t differing = word ^ (kEachByte * static_cast<unsigned char>(c));
  return (differing - kEachByte) & ~differing & kHighBits;
}

bool is_ascii(std::string_view text) {
  std::uint64_t high = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) high |= word_at(text.data() + i);
  for (; i < text.size(); ++i) high |= static_cast<std::uint64_t>(text[i] & 0x80) << 56;
  return (high & kHighBits) == 0;
}

// Where a string ends or its first escape begins, from `at` on; `end` where it does neither.
const char* end_of_plain(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    const std::uint64_t word = word_at(at);
    const std::uint64_t found = first_equal(word, '"') | first_equal(word, '\\');
    if (found != 0) return at + std::countr_zero(found) / 8;
  }
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

}  // namespace

void MarshalList::clear() {
  to_ = list_.get();
  reserve(sizeof count_ + 1);
  put('[');
  u32(0);
  count_ = references_ = known_count_ = 0;
  known_.fill({});
  last_key_ = kNoSlot;
}

std::string_view MarshalList::bytes() {
  std::memcpy(list_.get() + 1, &count_, sizeof count_);
  return {list_.get(), size_of_list()};
}

bool MarshalList::add(std::string_view json) {
  reserve(kMostGrowth * json.size());
  const std::size_t before = size_of_list();
  const std::uint32_t references = references_;
  at_ = json.data();
  end_ = at_ + json.size();
  try {
    value(0);
  } catch (const Unfit&) {
    to_ = list_.get() + before;
    references_ = references;
    last_key_ = kNoSlot;
    for (Known& known : known_)
      if (known.offset >= before) known = {};
    return false;
  }
  if (at_ != end_) fail();
  ++count_;
  return true;
}

void MarshalList::reserve(std::size_t more) {
  const std::size_t size = size_of_list();
  if (capacity_ - size >= more) return;
  capacity_ = std::max(2 * capacity_, size + more);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
  if (size != 0) std::memcpy(larger.get(), list_.get(), size);
  list_ = std::move(larger);
  to_ = list_.get() + size;
}

void MarshalList::put(const void* bytes, std::size_t size) {
  std::memcpy(to_, bytes, size);
  to_ += size;
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
      string();
      return;
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
  put('{');
  ++at_;
  while (here() != '}') {
    key();
    expect(':');
    value(depth + 1);
    if (here() == ',') ++at_;
  }
  ++at_;
  put('0');
}

void MarshalList::array(unsigned depth) {
  if (depth >= kMostDepth) throw Unfit{};
  put('[');
  char* const place = to_;
  u32(0);
  std::uint32_t size = 0;
  ++at_;
  for (; here() != ']'; ++size) {
    value(depth + 1);
    if (here() == ',') ++at_;
  }
  ++at_;
  std::memcpy(place, &size, sizeof size);
}

void MarshalList::word(std::string_view text, char type) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) fail();
  at_ += text.size();
  put(type);
}

// Keys mostly come in the order in which they came before: tries the one that followed the last.
void MarshalList::key() {
  const std::uint32_t next = last_key_ == kNoSlot ? kNoSlot : known_[last_key_].next_key;
  if (next != kNoSlot) {
    const Known& known = known_[next];
    if (known.size != 0 && end_ - at_ > known.size + 1 && *at_ == '"' &&
        at_[known.size + 1] == '"' &&
        std::memcmp(at_ + 1, list_.get() + known.offset, known.size) == 0) {
      at_ += known.size + 2;
      last_key_ = next;
      return refer(known);
    }
  }
  const std::uint32_t found = string();
  if (last_key_ != kNoSlot) known_[last_key_].next_key = found;
  last_key_ = found;
}

// Returns where the text is known; kNoSlot where it is not, or is written with escapes, so that its
// bytes are not those of the JSON.
std::uint32_t MarshalList::string() {
  expect('"');
  const char* const begin = at_;
  at_ = end_of_plain(at_, end_);
  if (here() == '"') {
    const std::string_view plain(begin, static_cast<std::size_t>(at_++ - begin));
    return text(plain, is_ascii(plain));
  }
  while (here() != '"') {
    if (*at_ == '\\') {
      ++at_;
      here();
    }
    ++at_;
  }
  const std::string_view raw(begin, static_cast<std::size_t>(at_++ - begin));
  scratch_.clear();
  if (!unescape(raw, scratch_)) fail();
  text(scratch_, is_ascii(scratch_));
  return kNoSlot;
}

// Writes a short text once, to be referred to from then on.
std::uint32_t MarshalList::text(std::string_view text, bool ascii) {
  std::uint32_t slot = kNoSlot;
  if (!text.empty() && text.size() <= kMostShared) {
    const auto hash = static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
    const std::uint32_t found = find(text, hash);
    if (known_[found].size != 0) {
      refer(known_[found]);
      return found;
    }
    if (known_count_ < kMostKnown) {
      slot = found;
      // The type and one or four bytes of the size stand before the text.
      const std::size_t offset = size_of_list() + (ascii ? 2 : 5);
      known_[slot] = {hash, static_cast<std::uint32_t>(offset),
                      static_cast<std::uint32_t>(text.size()), references_++};
      ++known_count_;
    }
  }
  const char flag = slot != kNoSlot ? kReferable : char{0};
  if (ascii && text.size() < 256) {
    put(static_cast<char>('z' | flag));
    put(static_cast<char>(text.size()));
  } else {
    put(static_cast<char>((ascii ? 'a' : 'u') | flag));
    u32(static_cast<std::uint32_t>(text.size()));
  }
  put(text.data(), text.size());
  return slot;
}

// The slot of a text, or the free one where it would stand.
std::uint32_t MarshalList::find(std::string_view text, std::uint32_t hash) const {
  std::uint32_t slot = hash % kSlots;
  for (; known_[slot].size != 0; slot = (slot + 1) % kSlots) {
    const Known& known = known_[slot];
    if (known.hash == hash && known.size == text.size() &&
        std::memcmp(list_.get() + known.offset, text.data(), text.size()) == 0)
      break;
  }
  return slot;
}

void MarshalList::refer(const Known& known) {
  put('r');
  u32(known.reference);
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
  put('g');
  put(&number.real, sizeof number.real);
}

void MarshalList::integer(std::int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) {
    put('i');
    return u32(static_cast<std::uint32_t>(value));
  }
  const auto bits = static_cast<std::uint64_t>(value);
  digits(value < 0 ? 0 - bits : bits, value < 0);
}

// An integer of more than 32 bits: its number of digits, negative if it is, and they, least first.
void MarshalList::digits(std::uint64_t magnitude, bool negative) {
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
  put('l');
  u32(static_cast<std::uint32_t>(negative ? -count : count));
  put(found.data(), found.size() * sizeof(std::uint16_t));
}

}  // namespace arbors::json
