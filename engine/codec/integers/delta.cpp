// Delta: the steps between neighbours, for timestamps and ids that ascend. Steps are stored above
// the least one, so that falling and rising sequences cost the same.
//
//   body := first value, least step (both zigzag varint, or varint for codes),
//           count - 1 steps less the least (nested stream, wrapping)
#include <algorithm>
#include <memory>
#include <vector>

#include "engine/codec/integers/encodings.h"

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
  U sum = static_cast<U>(read_value<T>(in));
  const U least = static_cast<U>(read_value<T>(in));
  const auto room = std::make_unique_for_overwrite<T[]>(count - 1);
  const std::span<T> steps(room.get(), count - 1);
  decode_nested<T>(in, steps, depth);
  std::size_t next = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::size_t place = at[i];
    U added = static_cast<U>((place - next) * least);
    for (; next < place; ++next) added += U(steps[next]);
    out[i] = static_cast<T>(sum += added);
  }
}

template struct Delta<std::int64_t>;
template struct Delta<std::uint32_t>;

}  // namespace arbors::codec
