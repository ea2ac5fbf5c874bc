// The encodings in one static table per element type: analyze (study) → score → encode → decode,
// all values or those at some places, or walk. Numbers are stored and never change their meaning; a
// new encoding takes a new number.
//
//   stream := u8 number, varint count, body        (an empty stream is number 0, count 0)
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/integers/facts.h"
#include "engine/codec/integers/sink.h"
#include "engine/codec/streams/places.h"

namespace arbors::codec {

template <Lane T>
struct IntegerCodec {
  std::uint8_t number;
  std::string_view name;
  double weight;  // multiplies the estimated size: slower decoding must save that much
  bool nests;     // holds other streams
  std::size_t (*estimate)(const Facts<T>&);
  void (*encode)(std::span<const T>, const Facts<T>&, Bytes&);
  void (*decode)(ByteReader&, std::span<T>, unsigned depth);
  void (*pick)(ByteReader&, std::size_t count, Places, std::span<T>, unsigned depth);
  void (*walk)(ByteReader&, std::size_t count, Sink<T>&, unsigned depth);
};

template <Lane T>
std::span<const IntegerCodec<T>> integer_codecs();

// The codec of the least weighted estimate.
template <Lane T>
const IntegerCodec<T>& choose(const Facts<T>& facts);

// Appends a stream with a given encoding, which must not estimate kUnfit.
template <Lane T>
void encode_with(const IntegerCodec<T>& codec, std::span<const T> values, const Facts<T>& facts,
                 Bytes& out);

template <Lane T>
void encode_stream(std::span<const T> values, Bytes& out, unsigned depth = 0);
template <Lane T>
void decode_stream(ByteSpan stream, std::span<T> out, unsigned depth = 0);
// Reads the values at some places of a stream of `count`.
template <Lane T>
void pick_stream(ByteSpan stream, std::size_t count, Places at, std::span<T> out,
                 unsigned depth = 0);
// Walks through a stream of `count`.
template <Lane T>
void walk_stream(ByteSpan stream, std::size_t count, Sink<T>& sink, unsigned depth = 0);

}  // namespace arbors::codec
