// Dictionary: strings that repeat as codes into the sorted list of the distinct ones, so that a
// range of strings is a range of codes and each distinct string is compared, decoded and grouped
// once.
//
//   stream := u8 15, varint count, varint entries, list of the entries (behind a varint size),
//             codes (nested, below entries)
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/integers/used_codes.h"
#include "engine/codec/packing/bits.h"
#include "engine/codec/texts/affixes.h"
#include "engine/codec/texts/strings.h"

namespace arbors::codec {
namespace {

// The first eight bytes behind a shared prefix, so that comparing them as a number is memcmp.
std::uint64_t sort_key(std::string_view text, std::size_t skip) {
  std::uint64_t key = 0;
  text.remove_prefix(skip);
  if (!text.empty()) std::memcpy(&key, text.data(), std::min<std::size_t>(text.size(), 8));
  return __builtin_bswap64(key);
}

// The entries' numbers in the order of memcmp. Sorts by eight bytes and looks at the text on ties.
std::vector<std::uint32_t> sorted_order(Strings entries) {
  const std::size_t skip = shared_prefix(entries).size();
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys(entries.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) keys[i] = {sort_key(entries[i], skip), i};
  PolledCompare less([&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : entries[a.second] < entries[b.second];
  });
  std::sort(keys.begin(), keys.end(), std::ref(less));
  std::vector<std::uint32_t> order(entries.size());
  for (std::size_t i = 0; i < keys.size(); ++i) order[i] = keys[i].second;
  return order;
}

// Gives each different string the next code, in a hash table with open addressing.
class StringCoder {
 public:
  explicit StringCoder(std::size_t most) : slots_(std::bit_ceil(most * 2 + 1), kEmpty) {}

  std::uint32_t code_of(std::string_view text) {
    for (std::size_t at = XXH3_64bits(text.data(), text.size());; ++at) {
      std::uint32_t& slot = slots_[at & (slots_.size() - 1)];
      if (slot == kEmpty) {
        slot = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back(text);
        return slot;
      }
      if (entries_[slot] == text) return slot;
    }
  }
  Strings entries() const { return entries_; }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  std::vector<std::uint32_t> slots_;
  std::vector<std::string_view> entries_;
};

// How often encode_strings asks whether values repeat at all.
constexpr std::size_t kCheckEvery = 2048;

struct Sorted {
  std::vector<std::string_view> entries;
  std::vector<std::uint32_t> rank;  // of each entry as it was before
};

Sorted sorted(Strings distinct) {
  const auto order = sorted_order(distinct);
  Sorted sorted{std::vector<std::string_view>(distinct.size()),
                std::vector<std::uint32_t>(distinct.size())};
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    sorted.entries[i] = distinct[order[i]];
    sorted.rank[order[i]] = i;
  }
  return sorted;
}

void encode_dictionary(std::span<const std::uint32_t> codes, Strings distinct, Bytes& out) {
  const Sorted entries = sorted(distinct);
  std::vector<std::uint32_t> ranks(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) ranks[i] = entries.rank[codes[i]];
  Bytes list;
  ListPlan(entries.entries).encode(list);
  ByteWriter writer(out);
  writer.u8(kDictionaryNumber);
  writer.varint(codes.size());
  writer.varint(entries.entries.size());
  writer.blob(list);
  encode_nested<std::uint32_t>(ranks, 0, out);
}

void decode_dictionary(ByteReader& in, std::size_t count, StringPool& out) {
  if (in.varint() != count) in.fail("it holds another count of strings");
  const std::size_t entries = in.count(count);
  decode_list(in.blob(), entries, out);
  out.dictionary = true;
  out.codes.resize(count);
  decode_nested<std::uint32_t>(in, out.codes, 0);
  const auto most = std::max_element(out.codes.begin(), out.codes.end());
  if (most != out.codes.end() && *most >= entries) in.fail("a code is out of range");
  in.expect_done();
}

void pick_from_dictionary(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  if (in.varint() != count) in.fail("it holds another count of strings");
  const std::size_t entries = in.count(count);
  const ByteSpan list = in.blob();
  out.dictionary = true;
  out.codes.resize(at.size());
  pick_nested<std::uint32_t>(in, count, at, out.codes, 0);
  for (const std::uint32_t code : out.codes)
    if (code >= entries) in.fail("a code is out of range");
  pick_list(list, entries, number_used(out.codes, entries), out);
}

// Says whether a dictionary is smaller than a list of all values that takes `list_size`. Where
// values come four times on average it is taken unasked: it filters and groups by codes.
bool dictionary_pays(std::size_t count, std::size_t entries, std::size_t list_size) {
  const std::size_t dictionary = list_size * entries / count + count * width_of(entries) / 8;
  return dictionary < list_size;
}
constexpr std::size_t kClearlyRepeating = 4;

}  // namespace

void encode_coded_strings(std::span<const std::uint32_t> codes, Strings distinct, Bytes& out) {
  if (!codes.empty() && distinct.size() * kClearlyRepeating <= codes.size())
    return encode_dictionary(codes, distinct, out);
  std::vector<std::string_view> values(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) values[i] = distinct[codes[i]];
  const ListPlan list(values);
  if (distinct.size() < codes.size() && dictionary_pays(codes.size(), distinct.size(), list.size()))
    return encode_dictionary(codes, distinct, out);
  list.encode(out);
}

void encode_distinct_strings(Strings values, Bytes& out) { ListPlan(values).encode(out); }

void encode_strings(Strings values, Bytes& out) {
  StringCoder coder(values.size());
  std::vector<std::uint32_t> codes;
  codes.reserve(values.size());
  for (const std::string_view value : values) {
    codes.push_back(coder.code_of(value));
    if (codes.size() % kCheckEvery != 0) continue;
    poll_interrupt(kCheckEvery);
    if (coder.entries().size() * 16 > codes.size() * 15)
      return encode_distinct_strings(values, out);
  }
  encode_coded_strings(codes, coder.entries(), out);
}

namespace {

void clear(StringPool& pool) {
  pool.offsets.assign(1, 0);
  pool.heap.clear();
  pool.codes.clear();
  pool.dictionary = false;
}

}  // namespace

void pick_strings(ByteSpan stream, std::size_t count, Places at, StringPool& out) {
  clear(out);
  ByteReader in(stream, "a stream of strings");
  if (in.u8() == kDictionaryNumber) return pick_from_dictionary(in, count, at, out);
  pick_list(stream, count, at, out);
}

void decode_strings(ByteSpan stream, std::size_t count, StringPool& out) {
  clear(out);
  ByteReader in(stream, "a stream of strings");
  if (in.u8() == kDictionaryNumber) return decode_dictionary(in, count, out);
  decode_list(stream, count, out);
}

}  // namespace arbors::codec
