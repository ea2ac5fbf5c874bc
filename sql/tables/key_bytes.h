// Keys as bytes. memcmp orders them as SQLite orders their values (by BINARY), part by part, and
// equal bytes stand for equal values and no others:
//
//   part   := 5 number | 10 text | 15 blob
//   number := u64 the double nearest to it, big-endian: the bits of one below zero inverted, of any
//             other with the sign set; from 2^53 on u16 how far the number is from that, plus 2^15
//   text, blob := its bytes, an FF behind each 00 of them, 00 00
//
// Of equal numbers bytes say nothing: they are read as the integer that there is, and what is a
// real all the same has a mark besides (NumberMark).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace arbors::store {

enum class NumberMark : std::uint8_t { None, Real, NegativeZero };

// Append a part.
void append_key_part(std::string& bytes, const Value& value);
void append_key_part(std::string& bytes, std::int64_t integer);
void append_key_part(std::string& bytes, std::string_view text);

// The integer that a number is, as an integer or as a real.
std::optional<std::int64_t> whole_number(const Value& value);
// What a value is besides its bytes.
NumberMark mark_of(const Value& value);
// Takes a part off the bytes' beginning. The value's memory is used again.
void read_key_part(std::string_view& bytes, Value& value);
void set_mark(Value& value, NumberMark mark);

}  // namespace arbors::store
