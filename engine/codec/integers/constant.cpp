// Constant: one value for all.
//
//   body := value (zigzag varint, or varint for codes)
#include <algorithm>

#include "engine/codec/integers/encodings.h"

namespace arbors::codec {

template <Lane T>
std::size_t Constant<T>::estimate(const Facts<T>& facts) {
  return facts.runs == 1 ? 1 : kUnfit;
}

template <Lane T>
void Constant<T>::encode(std::span<const T> values, const Facts<T>&, Bytes& out) {
  ByteWriter writer(out);
  write_value(writer, values[0]);
}

template <Lane T>
void Constant<T>::decode(ByteReader& in, std::span<T> out, unsigned) {
  std::fill(out.begin(), out.end(), read_value<T>(in));
}

template <Lane T>
void Constant<T>::pick(ByteReader& in, std::size_t, Places, std::span<T> out, unsigned depth) {
  decode(in, out, depth);
}

template <Lane T>
void Constant<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned) {
  const T value = read_value<T>(in);
  const auto length = static_cast<std::uint32_t>(count);
  sink.runs({&length, 1}, {&value, 1});
}

template struct Constant<std::int64_t>;
template struct Constant<std::uint32_t>;

}  // namespace arbors::codec
