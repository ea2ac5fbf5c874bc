// Delta: the steps between neighbours, for timestamps and ids that ascend. Steps are stored above
// the least one, so that falling and rising sequences cost the same.
//
//   body := first value, least step (both zigzag varint, or varint for codes),
//           count - 1 steps less the least (nested stream, wrapping)
#include <algorithm>
#include <array>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/integers/sinks.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {

template <Lane T>
std::size_t Delta<T>::estimate(const Facts<T>& facts) {
  if (facts.count < 2) return kUnfit;
  return 16 + facts.delta_bits / 8 + facts.count / 1024 * 3;
}

template <Lane T>
void Delta<T>::encode(std::span<const T> values, const Facts<T>& facts, Bytes& out) {
  using U = Wrapped<T>;
  using D = std::make_signed_t<T>;
  std::vector<T> steps(values.size() - 1);
  D least = std::numeric_limits<D>::max();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = static_cast<T>(U(values[i + 1]) - U(values[i]));
    least = std::min(least, static_cast<D>(steps[i]));
  }
  for (T& step : steps) step = static_cast<T>(U(step) - U(least));
  ByteWriter writer(out);
  write_value(writer, values[0]);
  write_value(writer, static_cast<T>(least));
  encode_nested<T>(steps, facts.depth, out);
}

template <Lane T>
void Delta<T>::decode(ByteReader& in, std::span<T> out, unsigned depth) {
  using U = Wrapped<T>;
  if (out.empty()) in.fail("differences of nothing");
  out[0] = read_value<T>(in);
  const U least = static_cast<U>(read_value<T>(in));
  decode_nested<T>(in, out.subspan(1), depth);
  U sum = static_cast<U>(out[0]);
  for (T& value : out.subspan(1)) value = static_cast<T>(sum += U(value) + least);
}

// A value is the sum of all steps before it.
template <Lane T>
void Delta<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out,
                    unsigned depth) {
  using U = Wrapped<T>;
  if (count == 0) in.fail("differences of nothing");
  const U first = static_cast<U>(read_value<T>(in));
  const U least = static_cast<U>(read_value<T>(in));
  Scratch<std::uint64_t> steps(at.size());
  Sums<T> sums(at, steps);
  walk_nested<T>(in, count - 1, sums, depth);
  for (std::size_t i = 0; i < at.size(); ++i)
    out[i] = static_cast<T>(first + U(at[i]) * least + static_cast<U>(steps[i]));
}

namespace {

// Adds up steps for another sink.
template <Lane T>
class Steps : public Sink<T> {
 public:
  Steps(T first, Wrapped<T> least, Sink<T>& to)
      : sum_(static_cast<Wrapped<T>>(first)), least_(least), to_(to) {}

  bool values(std::span<const T> next) override {
    for (std::size_t i = 0; i < next.size(); ++i)
      block_[i] = static_cast<T>(sum_ += static_cast<Wrapped<T>>(next[i]) + least_);
    return to_.values({block_.data(), next.size()});
  }

 private:
  Wrapped<T> sum_, least_;
  Sink<T>& to_;
  std::array<T, kBlockValues> block_;
};

}  // namespace

template <Lane T>
void Delta<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth) {
  if (count == 0) in.fail("differences of nothing");
  const T first = read_value<T>(in);
  const auto least = static_cast<Wrapped<T>>(read_value<T>(in));
  if (!sink.values({&first, 1})) return;
  Steps<T> steps(first, least, sink);
  walk_nested<T>(in, count - 1, steps, depth);
}

template struct Delta<std::int64_t>;
template struct Delta<std::uint32_t>;

}  // namespace arbors::codec
