#include "engine/codec/texts/strings.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/integers/sinks.h"
#include "engine/codec/streams/scratch.h"
#include "engine/codec/streams/stream_head.h"
#include "engine/codec/texts/string_encodings.h"

namespace arbors::codec {
namespace {

constexpr std::size_t kExcerptValues = 512;
constexpr std::size_t kExcerptBytes = 16 << 10;

// A candidate that needs a smaller share of plain than this ends the trials.
constexpr double kGoodEnough = 0.5;

// What takes so many times what an excerpt promised is held against the others.
constexpr double kMisled = 1.5;

// In the order of trial: plain, which takes everything, then the cheapest to try.
constexpr std::array kStringCodecs{
    StringCodec{0, "plain", 1.0, encode_plain_strings, decode_plain_strings, pick_plain_strings},
    StringCodec{3, "number", 1.0, encode_number_strings, decode_number_strings,
                pick_number_strings},
    StringCodec{4, "numbers and others", 1.05, encode_numbers_and_others, decode_numbers_and_others,
                pick_numbers_and_others},
    StringCodec{2, "pattern", 1.0, encode_pattern_strings, decode_pattern_strings,
                pick_pattern_strings},
    StringCodec{1, "zstd", 1.25, encode_zstd_strings, decode_zstd_strings, pick_zstd_strings},
    StringCodec{5, "zstd frames", 1.25, encode_framed_strings, decode_framed_strings,
                pick_framed_strings},
};
constexpr std::span<const StringCodec> kTried(kStringCodecs.data(), 5);  // the last is zstd again
constexpr const StringCodec& kZstd = kStringCodecs[4];
constexpr const StringCodec& kZstdFrames = kStringCodecs[5];
constexpr std::size_t kOneFrame = 128 << 10;  // bytes of strings: more are cut into frames

// Which encoding takes all values where one was best for an excerpt.
const StringCodec& codec_for_all(const StringCodec& codec, Strings values) {
  if (codec.number != kZstd.number) return codec;
  std::size_t bytes = 0;
  for (const std::string_view value : values) bytes += value.size();
  return bytes > kOneFrame ? kZstdFrames : kZstd;
}

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
  write_head(codec.number, values.size(), out);
  if (codec.encode(values, out)) return true;
  out.resize(start);
  return false;
}

ListPlan::ListPlan(Strings values) : values_(values), excerpt_(excerpt_of(values)) {
  const std::size_t parts = std::max<std::size_t>(excerpt_.size(), 1);
  for (const StringCodec& codec : kTried) {
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
  const Candidate& best = ranking_[0];
  if (excerpt_.size() == values_.size()) return ByteWriter(out).raw(ByteSpan(best.trial));
  Bytes list;
  const bool fits = encode_with(codec_for_all(*best.codec, values_), values_, list);
  if (!fits || static_cast<double>(list.size()) > kMisled * static_cast<double>(best.size))
    list = encode_by_trial(fits ? std::move(list) : Bytes());
  ByteWriter(out).raw(ByteSpan(list));
}

// Encodes all values with each: the excerpt was unlike them, as where one odd value stands among
// numbers or sorted values share in a stretch what all do not. `known` is what its best gave.
Bytes ListPlan::encode_by_trial(Bytes known) const {
  Bytes least = std::move(known);
  double score = least.empty() ? std::numeric_limits<double>::infinity()
                               : static_cast<double>(least.size()) * ranking_[0].codec->weight;
  for (const StringCodec& codec : kTried) {
    Bytes list;
    if (&codec == ranking_[0].codec || !encode_with(codec_for_all(codec, values_), values_, list))
      continue;
    const double its_score = static_cast<double>(list.size()) * codec.weight;
    if (its_score >= score) continue;
    score = its_score;
    least = std::move(list);
  }
  return least;
}

void decode_list(ByteSpan list, std::size_t count, StringPool& out) {
  ByteReader in(list, "a list of strings");
  read_head(in, count, string_codecs()).decode(in, count, out);
  in.expect_done();
}

void pick_list(ByteSpan list, std::size_t count, Places at, StringPool& out) {
  ByteReader in(list, "a list of strings");
  read_head(in, count, string_codecs()).pick(in, count, at, out);
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

// An entry lies between the sums of the lengths before it and before the next one.
Extents read_extents(ByteReader& in, std::size_t count, Places at) {
  std::vector<std::uint32_t> bounds;
  bounds.reserve(2 * at.size() + 1);
  const auto add = [&](std::size_t bound) {
    if (bounds.empty() || bounds.back() != bound)
      bounds.push_back(static_cast<std::uint32_t>(bound));
  };
  for (const std::uint32_t place : at) {
    add(place);
    add(place + std::size_t{1});
  }
  add(count);
  Scratch<std::uint64_t> sums(bounds.size());
  Sums<std::uint32_t> sink(bounds, sums);
  walk_nested<std::uint32_t>(in, count, sink, 0);
  Extents extents;
  extents.heap = static_cast<std::size_t>(sums[bounds.size() - 1]);
  if (extents.heap > std::numeric_limits<std::uint32_t>::max()) in.fail("its strings are too long");
  extents.entries.reserve(at.size());
  for (std::size_t i = 0, bound = 0; i < at.size(); ++i) {
    while (bounds[bound] != at[i]) ++bound;
    extents.entries.push_back(
        {static_cast<std::uint32_t>(sums[bound]), static_cast<std::uint32_t>(sums[bound + 1])});
  }
  return extents;
}

void copy_entries(const Extents& extents, const char* heap, StringPool& out) {
  for (const Extents::Extent& entry : extents.entries) {
    out.heap.insert(out.heap.end(), heap + entry.begin, heap + entry.end);
    out.offsets.push_back(static_cast<std::uint32_t>(out.heap.size()));
  }
}

}  // namespace arbors::codec
