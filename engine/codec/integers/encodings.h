// The encodings of integer streams, one file each. All have the same five functions: estimate the
// size from facts, append the body, read the body back, read the values at some places of `count`,
// walk through it with a sink. The last two read a body that is right:
// what they do not need, they do not look at. `depth` counts how far down a nested stream lies.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/integers/facts.h"
#include "engine/codec/integers/sink.h"
#include "engine/codec/streams/places.h"

namespace arbors::codec {

// An estimate that says: cannot hold these values, or never worth it.
inline constexpr std::size_t kUnfit = std::numeric_limits<std::size_t>::max();

template <Lane T>
struct Plain {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

template <Lane T>
struct Constant {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

template <Lane T>
struct RunLength {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

template <Lane T>
struct Frame {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

template <Lane T>
struct Delta {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

template <Lane T>
struct Patched {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

template <Lane T>
struct Distinct {
  static std::size_t estimate(const Facts<T>& facts);
  static void encode(std::span<const T> values, const Facts<T>& facts, Bytes& out);
  static void decode(ByteReader& in, std::span<T> out, unsigned depth);
  static void pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
  static void walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);
};

// Writes and reads one value the short way.
template <Lane T>
void write_value(ByteWriter& writer, T value) {
  if constexpr (std::is_signed_v<T>)
    writer.zigzag(value);
  else
    writer.varint(value);
}
template <Lane T>
T read_value(ByteReader& in) {
  if constexpr (std::is_signed_v<T>) return in.zigzag();
  const std::uint64_t value = in.varint();
  if (value > std::numeric_limits<T>::max()) in.fail("a value is out of range");
  return static_cast<T>(value);
}

// A stream inside one of `depth`: varint size, stream.
template <Lane T>
void encode_nested(std::span<const T> values, unsigned depth, Bytes& out);
// Reads a nested stream that must hold out.size() values.
template <Lane T>
void decode_nested(ByteReader& in, std::span<T> out, unsigned depth);
// Reads some values of a nested stream that must hold `count`.
template <Lane T>
void pick_nested(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned depth);
// Walks through a nested stream that must hold `count` values.
template <Lane T>
void walk_nested(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth);

}  // namespace arbors::codec
