#include "engine/json/binary/marshal.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "engine/base/error.h"

namespace arbors::json {
namespace {

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
  clear_values();
  reserve(kMostHead);
  list(0);
}

void MarshalList::clear_values() {
  MarshalWriter::clear();
  count_ = 0;
  if (known_count_ > 0) known_.fill({});
  known_count_ = 0;
  last_key_ = kNoSlot;
}

std::string_view MarshalList::bytes() {
  std::memcpy(at(1), &count_, sizeof count_);
  return written();
}

bool MarshalList::append(std::string_view json) {
  reserve(kMostGrowth * json.size());
  const std::size_t before = offset();
  const std::uint32_t references = this->references();
  at_ = json.data();
  end_ = at_ + json.size();
  try {
    value(0);
  } catch (const Unfit&) {
    go_back(before, references);
    last_key_ = kNoSlot;
    for (Known& known : known_)
      if (known.offset >= before) known = {};
    return false;
  }
  if (at_ != end_) fail();
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
  const std::size_t place = offset() + 1;
  list(0);
  std::uint32_t size = 0;
  ++at_;
  for (; here() != ']'; ++size) {
    value(depth + 1);
    if (here() == ',') ++at_;
  }
  ++at_;
  std::memcpy(at(place), &size, sizeof size);
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
        at_[known.size + 1] == '"' && std::memcmp(at_ + 1, at(known.offset), known.size) == 0) {
      at_ += known.size + 2;
      last_key_ = next;
      return refer(known.reference);
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
    return shared_text(plain, is_ascii(plain));
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
  shared_text(scratch_, is_ascii(scratch_));
  return kNoSlot;
}

// Writes a short text once, to be referred to from then on.
std::uint32_t MarshalList::shared_text(std::string_view text, bool ascii) {
  std::uint32_t slot = kNoSlot;
  if (!text.empty() && text.size() <= kMostShared) {
    const auto hash = static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
    const std::uint32_t found = find(text, hash);
    if (known_[found].size != 0) {
      refer(known_[found].reference);
      return found;
    }
    if (known_count_ < kMostKnown) {
      slot = found;
      // The type and one or four bytes of the size stand before the text.
      const std::size_t begin = offset() + (ascii ? 2 : 5);
      known_[slot] = {hash, static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(text.size()), next_reference()};
      ++known_count_;
    }
  }
  MarshalWriter::text(text, ascii, slot != kNoSlot);
  return slot;
}

// The slot of a text, or the free one where it would stand.
std::uint32_t MarshalList::find(std::string_view text, std::uint32_t hash) const {
  std::uint32_t slot = hash % kSlots;
  for (; known_[slot].size != 0; slot = (slot + 1) % kSlots) {
    const Known& known = known_[slot];
    if (known.hash == hash && known.size == text.size() &&
        std::memcmp(at(known.offset), text.data(), text.size()) == 0)
      break;
  }
  return slot;
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
    return whole(text);
  real(number.real);
}

void MarshalList::whole(std::string_view decimal) {
  if (decimal.size() > kMostDecimals) throw Unfit{};
  big_integer(decimal);
}

}  // namespace arbors::json
