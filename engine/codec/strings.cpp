#include "engine/codec/strings.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/codec/encodings.h"
#include "engine/codec/string_encodings.h"

namespace arbors::codec {
namespace {

constexpr std::size_t kExcerptValues = 512;
constexpr std::size_t kExcerptBytes = 16 << 10;

// A candidate that needs a smaller share of plain than this ends the trials.
constexpr double kGoodEnough = 0.5;

// In the order of trial: plain, which takes everything, then the cheapest to try.
constexpr std::array kStringCodecs{
    StringCodec{0, "plain", 1.0, encode_plain_strings, decode_plain_strings},
    StringCodec{3, "number", 1.0, encode_number_strings, decode_number_strings},
    StringCodec{4, "numbers and others", 1.05, encode_numbers_and_others,
                decode_numbers_and_others},
    StringCodec{2, "pattern", 1.0, encode_pattern_strings, decode_pattern_strings},
    StringCodec{1, "zstd", 1.25, encode_zstd_strings, decode_zstd_strings},
};

// A stretch from the middle, since neighbours say what deltas and matches can win.
Strings excerpt_of(Strings values) {
  const std::size_t begin =
      values.size() > kExcerptValues ? (values.size() - kExcerptValues) / 2 : 0;
  std::size_t end = begin, bytes = 0;
  while (end < values.size() && end - begin < kExcerptValues && bytes < kExcerptBytes)
    bytes += values[end++].size();
  return values.subspan(begin, end - begin);
}

}  // namespace

std::span<const StringCodec> string_codecs() { return kStringCodecs; }

bool encode_with(const StringCodec& codec, Strings values, Bytes& out) {
  poll_interrupt(values.size());
  const std::size_t start = out.size();
  ByteWriter writer(out);
  writer.u8(codec.number);
  writer.varint(values.size());
  if (codec.encode(values, out)) return true;
  out.resize(start);
  return false;
}

ListPlan::ListPlan(Strings values) : values_(values), excerpt_(excerpt_of(values)) {
  const std::size_t parts = std::max<std::size_t>(excerpt_.size(), 1);
  for (const StringCodec& codec : kStringCodecs) {
    ++tried_;
    Candidate candidate{&codec, 0, 0, {}};
    if (!encode_with(codec, excerpt_, candidate.trial)) continue;
    candidate.size = candidate.trial.size() * std::max<std::size_t>(values.size(), 1) / parts;
    candidate.score = static_cast<double>(candidate.size) * codec.weight;
    const bool good_enough = !ranking_.empty() && candidate.score < kGoodEnough * ranking_[0].score;
    ranking_.push_back(std::move(candidate));
    if (good_enough) break;
  }
  std::stable_sort(ranking_.begin(), ranking_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score < b.score; });
}

void ListPlan::encode(Bytes& out) const {
  if (excerpt_.size() == values_.size()) return ByteWriter(out).raw(ByteSpan(ranking_[0].trial));
  for (const Candidate& candidate : ranking_) {
    const bool takes_all = candidate.codec == kStringCodecs.data();
    if (takes_all && encode_untried(candidate.size, out)) return;
    if (encode_with(*candidate.codec, values_, out)) return;
  }
}

// What the excerpt was best with may take no other value: then what was not tried may.
bool ListPlan::encode_untried(std::size_t plain_size, Bytes& out) const {
  const std::size_t start = out.size();
  for (const StringCodec& codec : std::span(kStringCodecs).subspan(tried_)) {
    if (encode_with(codec, values_, out) && out.size() - start < plain_size) return true;
    out.resize(start);
  }
  return false;
}

void decode_list(ByteSpan list, std::size_t count, StringPool& out) {
  ByteReader in(list, "a list of strings");
  const std::uint8_t number = in.u8();
  const auto codec = std::find_if(kStringCodecs.begin(), kStringCodecs.end(),
                                  [&](const StringCodec& row) { return row.number == number; });
  if (codec == kStringCodecs.end()) in.fail("its encoding is unknown");
  if (in.varint() != count) in.fail("it holds another count of strings");
  codec->decode(in, count, out);
  in.expect_done();
}

void encode_lengths(Strings values, Bytes& out) {
  std::vector<std::uint32_t> lengths(values.size());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    lengths[i] = static_cast<std::uint32_t>(values[i].size());
    total += values[i].size();
  }
  if (total > std::numeric_limits<std::uint32_t>::max())
    throw Error(ErrorCode::Limit, "a batch would hold more than 4 GiB of text in one column");
  encode_nested<std::uint32_t>(lengths, 0, out);
}

std::size_t decode_lengths(ByteReader& in, std::size_t count, StringPool& out) {
  out.offsets.resize(count + 1);
  out.offsets[0] = 0;
  decode_nested<std::uint32_t>(in, std::span(out.offsets).subspan(1), 0);
  std::uint64_t total = 0;
  for (std::uint32_t& offset : std::span(out.offsets).subspan(1)) {
    total += offset;
    offset = static_cast<std::uint32_t>(total);
  }
  if (total > std::numeric_limits<std::uint32_t>::max()) in.fail("its strings are too long");
  return static_cast<std::size_t>(total);
}

}  // namespace arbors::codec
