// Run length: stretches of equal values as a value and how often it comes.
//
//   body := varint runs, lengths (nested codes, each at least 1, together count), values (nested)
#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/bits.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {

template <Lane T>
std::size_t RunLength<T>::estimate(const Facts<T>& facts) {
  if (facts.count == 0 || facts.runs > facts.count / 2) return kUnfit;
  const unsigned value_bits =
      width_of(static_cast<Wrapped<T>>(Wrapped<T>(facts.max) - Wrapped<T>(facts.min)));
  const unsigned length_bits = width_of(facts.count / facts.runs) + 2;
  return 12 + facts.runs * (value_bits + length_bits) / 8;
}

template <Lane T>
void RunLength<T>::encode(std::span<const T> values, const Facts<T>& facts, Bytes& out) {
  std::vector<std::uint32_t> lengths;
  std::vector<T> heads;
  lengths.reserve(facts.runs);
  heads.reserve(facts.runs);
  for (std::size_t at = 0; at < values.size();) {
    std::size_t end = at + 1;
    while (end < values.size() && values[end] == values[at]) ++end;
    lengths.push_back(static_cast<std::uint32_t>(end - at));
    heads.push_back(values[at]);
    at = end;
  }
  ByteWriter(out).varint(heads.size());
  encode_nested<std::uint32_t>(lengths, facts.depth, out);
  encode_nested<T>(heads, facts.depth, out);
}

template <Lane T>
void RunLength<T>::decode(ByteReader& in, std::span<T> out, unsigned depth) {
  const std::size_t runs = in.count(out.size());
  Scratch<std::uint32_t> lengths(runs);
  Scratch<T> heads(runs);
  decode_nested<std::uint32_t>(in, lengths, depth);
  decode_nested<T>(in, heads, depth);
  std::size_t at = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    if (lengths[run] > out.size() - at) in.fail("its runs are too long");
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), lengths[run], heads[run]);
    at += lengths[run];
  }
  if (at != out.size()) in.fail("its runs are too short");
}

template <Lane T>
void RunLength<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out,
                        unsigned depth) {
  const std::size_t runs = in.count(count);
  Scratch<std::uint32_t> lengths(runs);
  decode_nested<std::uint32_t>(in, lengths, depth);
  std::vector<std::uint32_t> met;          // the runs that hold a place
  Scratch<std::size_t> in_run(at.size());  // which of these holds each
  std::uint64_t end = 0;
  for (std::size_t i = 0, run = 0; i < at.size(); ++i) {
    const bool new_run = at[i] >= end;
    while (at[i] >= end) {
      if (run == runs) in.fail("its runs are too short");
      end += lengths[run++];
    }
    if (new_run) met.push_back(static_cast<std::uint32_t>(run - 1));
    in_run[i] = met.size() - 1;
  }
  Scratch<T> heads(met.size());
  pick_nested<T>(in, runs, met, heads, depth);
  for (std::size_t i = 0; i < at.size(); ++i) out[i] = heads[in_run[i]];
}

template <Lane T>
void RunLength<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth) {
  const std::size_t runs = in.count(count);
  Scratch<std::uint32_t> lengths(runs);
  Scratch<T> heads(runs);
  decode_nested<std::uint32_t>(in, lengths, depth);
  decode_nested<T>(in, heads, depth);
  if (std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0}) != count)
    in.fail("its runs are too many or too few");
  sink.runs(lengths, heads);
}

template struct RunLength<std::int64_t>;
template struct RunLength<std::uint32_t>;

}  // namespace arbors::codec
