// Between the strings of a pattern and their numbers, one per string and group; see pattern.h.
#pragma once

#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/texts/pattern.h"
#include "engine/codec/texts/strings.h"

namespace arbors::codec {

// Appends the pattern and the numbers. Returns false when a value does not fit: then `out` may hold
// a part. All values have the pattern's length.
bool encode_members(Strings values, const Pattern& pattern, Bytes& out);

// Reads them back: the strings one after the other.
std::vector<char> decode_members(ByteReader& in, std::size_t count);
// Reads those at some places of `count`.
std::vector<char> pick_members(ByteReader& in, std::size_t count, Places at);

}  // namespace arbors::codec
