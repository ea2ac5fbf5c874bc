#include "engine/codec/integers/encoding_choice.h"

#include <array>

#include "engine/base/interrupt.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/streams/stream_head.h"

namespace arbors::codec {
namespace {

// A stream so deep holds no other: no chain of differences of differences goes on for ever.
constexpr unsigned kMaxDepth = 4;

template <Lane T, template <Lane> typename Encoding>
constexpr IntegerCodec<T> row(std::uint8_t number, std::string_view name, double weight,
                              bool nests) {
  return {number,
          name,
          weight,
          nests,
          &Encoding<T>::estimate,
          &Encoding<T>::encode,
          &Encoding<T>::decode,
          &Encoding<T>::pick,
          &Encoding<T>::walk};
}

template <Lane T>
constexpr std::array kIntegerCodecs{
    row<T, Plain>(0, "plain", 1.0, false),         row<T, Constant>(1, "constant", 1.0, false),
    row<T, RunLength>(2, "run length", 1.1, true), row<T, Frame>(3, "frame", 1.0, false),
    row<T, Delta>(4, "delta", 1.1, true),          row<T, Patched>(5, "patched", 1.05, true),
    row<T, Distinct>(6, "distinct", 1.15, true),
};

}  // namespace

template <Lane T>
std::span<const IntegerCodec<T>> integer_codecs() {
  return kIntegerCodecs<T>;
}

template <Lane T>
const IntegerCodec<T>& choose(const Facts<T>& facts) {
  const IntegerCodec<T>* best = nullptr;
  double least = 0;
  for (const auto& codec : kIntegerCodecs<T>) {
    if (codec.nests && facts.depth >= kMaxDepth) continue;
    const std::size_t size = codec.estimate(facts);
    if (size == kUnfit) continue;
    const double score = static_cast<double>(size) * codec.weight;
    if (best != nullptr && score >= least) continue;
    best = &codec;
    least = score;
  }
  return *best;
}

template <Lane T>
void encode_with(const IntegerCodec<T>& codec, std::span<const T> values, const Facts<T>& facts,
                 Bytes& out) {
  poll_interrupt(values.size() / kRowsAStep);
  write_head(codec.number, values.size(), out);
  codec.encode(values, facts, out);
}

template <Lane T>
void encode_stream(std::span<const T> values, Bytes& out, unsigned depth) {
  const Facts<T> facts = study(values, depth);
  encode_with(choose(facts), values, facts, out);
}

namespace {

template <Lane T>
const IntegerCodec<T>& codec_of(ByteReader& in, std::size_t count, unsigned depth) {
  const IntegerCodec<T>& codec = read_head(in, count, integer_codecs<T>());
  if (depth > kMaxDepth) in.fail("it nests too deep");
  return codec;
}

}  // namespace

template <Lane T>
void decode_stream(ByteSpan stream, std::span<T> out, unsigned depth) {
  ByteReader in(stream, "a stream of integers");
  codec_of<T>(in, out.size(), depth).decode(in, out, depth);
  in.expect_done();
}

template <Lane T>
void pick_stream(ByteSpan stream, std::size_t count, Places at, std::span<T> out, unsigned depth) {
  ByteReader in(stream, "a stream of integers");
  codec_of<T>(in, count, depth).pick(in, count, at, out, depth);
}

template <Lane T>
void walk_stream(ByteSpan stream, std::size_t count, Sink<T>& sink, unsigned depth) {
  ByteReader in(stream, "a stream of integers");
  codec_of<T>(in, count, depth).walk(in, count, sink, depth);
}

template <Lane T>
void encode_nested(std::span<const T> values, unsigned depth, Bytes& out) {
  Bytes stream;
  encode_stream(values, stream, depth + 1);
  ByteWriter(out).blob(stream);
}

template <Lane T>
void decode_nested(ByteReader& in, std::span<T> out, unsigned depth) {
  decode_stream(in.blob(), out, depth + 1);
}

template <Lane T>
void pick_nested(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth) {
  pick_stream(in.blob(), count, at, out, depth + 1);
}

template <Lane T>
void walk_nested(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth) {
  walk_stream(in.blob(), count, sink, depth + 1);
}

#define ARBORS_INSTANTIATE(T)                                                                     \
  template std::span<const IntegerCodec<T>> integer_codecs();                                     \
  template const IntegerCodec<T>& choose(const Facts<T>&);                                        \
  template void encode_with(const IntegerCodec<T>&, std::span<const T>, const Facts<T>&, Bytes&); \
  template void encode_stream(std::span<const T>, Bytes&, unsigned);                              \
  template void decode_stream(ByteSpan, std::span<T>, unsigned);                                  \
  template void encode_nested(std::span<const T>, unsigned, Bytes&);                              \
  template void decode_nested(ByteReader&, std::span<T>, unsigned);                               \
  template void pick_stream(ByteSpan, std::size_t, Places, std::span<T>, unsigned);               \
  template void walk_stream(ByteSpan, std::size_t, Sink<T>&, unsigned);                           \
  template void pick_nested(ByteReader&, std::size_t, Places, std::span<T>, unsigned);            \
  template void walk_nested(ByteReader&, std::size_t, Sink<T>&, unsigned);
ARBORS_INSTANTIATE(std::int64_t)
ARBORS_INSTANTIATE(std::uint32_t)
#undef ARBORS_INSTANTIATE

}  // namespace arbors::codec
