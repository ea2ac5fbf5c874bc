// The stored form, as short as the column is plain:
//
//   blob       := u32 low half of XXH3-64 of what follows, statistics
//   statistics := varint rows, varint kinds, varint count of each kind but the last,
//                 [integers], [reals], [strings], varint distinct, [sum]
//   integers   := zigzag min, varint (max - min)                      where Integer occurs
//   reals      := f64 min, f64 max                                    where Real or BigNumber occur
//   strings    := u8 flags (1 max open, 2 numeric, 4 not ASCII), varint size min, varint size max,
//                 varint words, u64*                                  where String occurs
//   sum        := zigzag low, zigzag high                             where Integer occurs
//                 low + high * 2^64, exactly; chunks of earlier versions have none
#include "engine/batch/columns/statistics.h"

#include <xxhash.h>

#include <bit>

#include "engine/batch/columns/string_filter.h"

namespace arbors::batch {
namespace {

constexpr TagSet kRealTags = tag_bit(Tag::Real) | tag_bit(Tag::BigNumber);

void write_counts(const Statistics& statistics, ByteWriter& out) {
  const TagSet kinds = statistics.kinds();
  out.varint(statistics.rows);
  out.varint(kinds);
  for (TagSet left = kinds; std::popcount(left) > 1; left = static_cast<TagSet>(left & (left - 1)))
    out.varint(statistics.counts[static_cast<unsigned>(std::countr_zero(left))]);
}

void read_counts(ByteReader& in, Statistics& statistics) {
  statistics.rows = static_cast<std::uint32_t>(in.count(0xFFFFFFFF));
  auto left = static_cast<TagSet>(in.count((2U << static_cast<unsigned>(Tag::Opaque)) - 1));
  if ((left == 0) != (statistics.rows == 0)) in.fail("the kinds do not fit the rows");
  std::uint32_t rows = statistics.rows;
  for (; left != 0; left = static_cast<TagSet>(left & (left - 1))) {
    std::uint32_t& count = statistics.counts[static_cast<unsigned>(std::countr_zero(left))];
    count = std::has_single_bit(left) ? rows : static_cast<std::uint32_t>(in.count(rows));
    if (count == 0) in.fail("a kind does not occur");
    rows -= count;
  }
}

void write_strings(const Statistics& statistics, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>((statistics.string_max_open ? 1 : 0) |
                                   (statistics.numeric_strings ? 2 : 0) |
                                   (statistics.ascii_strings ? 0 : 4)));
  out.text(statistics.string_min);
  out.text(statistics.string_max);
  out.varint(statistics.string_filter.size());
  for (const std::uint64_t word : statistics.string_filter) out.fixed(word);
}

void read_strings(ByteReader& in, Statistics& statistics) {
  const std::uint8_t flags = in.u8();
  if (flags > 7) in.fail("a flag is unknown");
  statistics.string_max_open = (flags & 1) != 0;
  statistics.numeric_strings = (flags & 2) != 0;
  statistics.ascii_strings = (flags & 4) == 0;
  statistics.string_min = in.text();
  statistics.string_max = in.text();
  statistics.string_filter.resize(in.count(in.remaining() / sizeof(std::uint64_t)));
  for (std::uint64_t& word : statistics.string_filter) word = in.fixed<std::uint64_t>();
}

constexpr unsigned kHalf = 64;  // bits

void write_sum(WideInteger sum, ByteWriter& out) {
  const auto low = static_cast<std::int64_t>(sum);
  out.zigzag(low);
  out.zigzag(static_cast<std::int64_t>((sum - low) >> kHalf));
}

// No sum of 2^32 integers has a higher half beyond these.
void read_sum(ByteReader& in, Statistics& statistics) {
  constexpr std::int64_t kMostHigh = std::int64_t{1} << 31;
  const std::int64_t low = in.zigzag(), high = in.zigzag();
  if (high < -kMostHigh || high > kMostHigh) in.fail("a sum is out of range");
  statistics.integer_sum = (WideInteger{high} << kHalf) + low;
}

std::uint32_t checksum_of(ByteSpan bytes) {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace

TagSet Statistics::kinds() const {
  TagSet kinds = 0;
  for (unsigned tag = 0; tag < kTags; ++tag)
    if (counts[tag] != 0) kinds |= static_cast<TagSet>(1U << tag);
  return kinds;
}

bool Statistics::may_hold_string(std::string_view text) const {
  if (count(Tag::String) == 0 || text < string_min) return false;
  if (!string_max_open && text > string_max) return false;
  return string_filter.empty() || StringFilter::may_hold(string_filter, text);
}

void Statistics::write(Bytes& out) const {
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.fixed(std::uint32_t{0});
  write_counts(*this, writer);
  if (count(Tag::Integer) != 0) {
    writer.zigzag(integer_min);
    writer.varint(static_cast<std::uint64_t>(integer_max) -
                  static_cast<std::uint64_t>(integer_min));
  }
  if ((kinds() & kRealTags) != 0) {
    writer.fixed(real_min);
    writer.fixed(real_max);
  }
  if (count(Tag::String) != 0) write_strings(*this, writer);
  writer.varint(distinct);
  if (count(Tag::Integer) != 0 && integer_sum) write_sum(*integer_sum, writer);
  const std::uint32_t checksum = checksum_of(ByteSpan(out).subspan(begin + sizeof(std::uint32_t)));
  std::memcpy(out.data() + begin, &checksum, sizeof checksum);
}

Statistics Statistics::read(ByteSpan bytes) {
  ByteReader in(bytes, "a column's statistics");
  const auto checksum = in.fixed<std::uint32_t>();
  if (checksum_of(bytes.subspan(sizeof checksum)) != checksum) in.fail("their checksum is wrong");
  Statistics statistics;
  read_counts(in, statistics);
  if (statistics.count(Tag::Integer) != 0) {
    statistics.integer_min = in.zigzag();
    statistics.integer_max =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(statistics.integer_min) + in.varint());
  }
  if ((statistics.kinds() & kRealTags) != 0) {
    statistics.real_min = in.fixed<double>();
    statistics.real_max = in.fixed<double>();
  }
  if (statistics.count(Tag::String) != 0) read_strings(in, statistics);
  statistics.distinct = static_cast<std::uint32_t>(in.count(statistics.rows));
  if (statistics.count(Tag::Integer) != 0) {
    statistics.integer_sum.reset();
    if (!in.done()) read_sum(in, statistics);
  }
  in.expect_done();
  return statistics;
}

}  // namespace arbors::batch
