// Plain: the values as they lie in memory, for what nothing else makes smaller.
//
//   body := value[count], little-endian, 8 or 4 bytes each
#include <algorithm>
#include <array>
#include <cstring>

#include "engine/codec/integers/encodings.h"

namespace arbors::codec {

template <Lane T>
std::size_t Plain<T>::estimate(const Facts<T>& facts) {
  return facts.count * sizeof(T);
}

template <Lane T>
void Plain<T>::encode(std::span<const T> values, const Facts<T>&, Bytes& out) {
  ByteWriter(out).raw({reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
}

template <Lane T>
void Plain<T>::decode(ByteReader& in, std::span<T> out, unsigned) {
  const ByteSpan bytes = in.raw(out.size_bytes());
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
}

template <Lane T>
void Plain<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned) {
  const ByteSpan bytes = in.raw(count * sizeof(T));
  for (std::size_t i = 0; i < at.size(); ++i)
    std::memcpy(&out[i], bytes.data() + at[i] * sizeof(T), sizeof(T));
}

template <Lane T>
void Plain<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned) {
  ByteSpan bytes = in.raw(count * sizeof(T));
  std::array<T, kBlockValues> block;
  while (!bytes.empty()) {
    const ByteSpan part = bytes.first(std::min(bytes.size(), sizeof block));
    std::memcpy(block.data(), part.data(), part.size());
    if (!sink.values({block.data(), part.size() / sizeof(T)})) return;
    bytes = bytes.subspan(part.size());
  }
}

template struct Plain<std::int64_t>;
template struct Plain<std::uint32_t>;

}  // namespace arbors::codec
