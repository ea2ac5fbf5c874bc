// Round trips of doubles, bit for bit.
#include "engine/codec/reals/reals.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "engine/codec/streams/streams.h"
#include "tests/unit/catch.h"

namespace arbors::codec {
namespace {

std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> out;
  out.reserve(values.size());
  for (const double value : values) out.push_back(std::bit_cast<std::uint64_t>(value));
  return out;
}

std::vector<std::vector<double>> streams() {
  using Limits = std::numeric_limits<double>;
  std::mt19937_64 random(3);
  std::vector<double> odd{0.0,
                          -0.0,
                          1.5,
                          Limits::infinity(),
                          -Limits::infinity(),
                          Limits::max(),
                          Limits::lowest(),
                          Limits::denorm_min(),
                          -Limits::denorm_min(),
                          0.1,
                          1e15,
                          1e16,
                          9007199254740993.0,
                          std::bit_cast<double>(0x7ff8dead0000beefULL),
                          std::bit_cast<double>(0xfff0000000000001ULL)};
  std::vector<std::vector<double>> all{{}, {0.0}, {-0.0}, {Limits::quiet_NaN()}, odd};
  for (const std::size_t count : {10, 1024, 4000}) {
    std::vector<double> prices, mixed, any, same(count, 3.25), whole, unit, wide;
    for (std::size_t i = 0; i < count; ++i) {
      prices.push_back(static_cast<double>(random() % 100000) / 100);
      mixed.push_back(i % 40 == 7 ? odd[i % odd.size()] : prices.back());
      any.push_back(std::bit_cast<double>(static_cast<std::uint64_t>(random())));
      whole.push_back(static_cast<double>(static_cast<std::int64_t>(random() % 2000) - 1000));
      unit.push_back(static_cast<double>(random() >> 11) * 0x1p-53);
      wide.push_back(static_cast<double>(random() % 1000000000000000) / 1e6);
    }
    for (auto& stream : {prices, mixed, any, same, whole, unit, wide}) all.push_back(stream);
  }
  return all;
}

TEST_CASE("reals survive every encoding bit for bit", "[codec]") {
  for (const auto& values : streams()) {
    INFO("stream of " << values.size());
    std::vector<double> back(values.size());
    Bytes chosen;
    encode_reals(values, chosen);
    decode_reals(chosen, back);
    CHECK(bits(back) == bits(values));
    for (const auto& codec : real_codecs()) {
      Bytes forced;
      encode_with(codec, values, forced);
      CHECK(forced[0] == codec.number);
      std::fill(back.begin(), back.end(), 7.0);
      decode_reals(forced, back);
      CHECK(bits(back) == bits(values));
    }
  }
}

}  // namespace
}  // namespace arbors::codec
