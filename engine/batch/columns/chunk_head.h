// What readers of a chunk share, whether they decode all of it (column_codec.cpp, which draws the
// layout) or some rows (picked_rows.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/vectors/tag.h"
#include "engine/codec/streams/streams.h"

namespace arbors::batch {

// The kinds whose rows have values in a pool.
inline constexpr TagSet kPoolTags =
    tag_bit(Tag::Integer) | tag_bit(Tag::Real) | tag_bit(Tag::BigNumber) | tag_bit(Tag::String) |
    tag_bit(Tag::Object) | tag_bit(Tag::Array) | tag_bit(Tag::Opaque);

// Reads what follows the checksum, up to the tags; the chunk must hold `rows` rows. Gives the kinds
// that occur.
TagSet read_chunk_head(ByteReader& in, std::uint32_t rows);

using Shapes = std::vector<std::vector<PathId>>;

// Reads the shapes of objects, which may name paths below `paths`.
std::shared_ptr<Shapes> read_shapes(ByteReader& in, std::size_t paths);

DenseTexts texts_of(codec::StringPool&& decoded);

}  // namespace arbors::batch
