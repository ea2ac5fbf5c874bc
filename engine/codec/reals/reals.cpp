#include "engine/codec/reals/reals.h"

#include <algorithm>
#include <array>

#include "engine/codec/streams/stream_head.h"
#include "engine/codec/streams/streams.h"

namespace arbors::codec {
namespace {

constexpr std::array kRealCodecs{
    RealCodec{1, "decimal", decimals_fit, encode_decimals, decode_decimals, pick_decimals},
    RealCodec{0, "bits", real_bits_fit, encode_real_bits, decode_real_bits, pick_real_bits},
};

}  // namespace

std::span<const RealCodec> real_codecs() { return kRealCodecs; }

void encode_with(const RealCodec& codec, std::span<const double> values, Bytes& out) {
  write_head(codec.number, values.size(), out);
  codec.encode(values, out);
}

void encode_reals(std::span<const double> values, Bytes& out) {
  const auto fit = [&](const RealCodec& codec) { return codec.fits(values); };
  encode_with(*std::find_if(kRealCodecs.begin(), kRealCodecs.end(), fit), values, out);
}

void decode_reals(ByteSpan stream, std::span<double> out) {
  ByteReader in(stream, "a stream of reals");
  read_head(in, out.size(), real_codecs()).decode(in, out);
  in.expect_done();
}

void pick_reals(ByteSpan stream, std::size_t count, Places at, std::span<double> out) {
  ByteReader in(stream, "a stream of reals");
  read_head(in, count, real_codecs()).pick(in, count, at, out);
}

}  // namespace arbors::codec
