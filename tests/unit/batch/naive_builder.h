// Shreds JSON texts the slow and obvious way, so that readers of batches are tested without the
// real builder, and so that a test chooses what is opaque. Also makes up random documents, already
// in the minimal form in which they must come back.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/columns/column_codec.h"

namespace arbors::batch {

// Says whether objects and arrays at a path are kept as text, given how many steps down it lies.
using KeepOpaque = std::function<bool(PathId path, unsigned depth)>;

BuiltBatch naive_build(const std::vector<std::string>& documents, PathDictionary& paths,
                       const KeepOpaque& keep_opaque = {});

// Builds a batch and gives it as a reader over the built columns themselves.
BatchReaderPtr naive_batch(const std::vector<std::string>& documents,
                           const KeepOpaque& keep_opaque = {});

// The same, but through encode_column and decode_column; `damage` may change what was stored.
using Damage = std::function<void(EncodedColumn&)>;
BatchReaderPtr stored_batch(const std::vector<std::string>& documents,
                            const KeepOpaque& keep_opaque = {}, const Damage& damage = {});

// Changes a few bytes of a chunk behind its checksum, which is made right again.
void damage_chunk(Bytes& data, std::mt19937& random);

// Makes up a document of a few keys, mixed kinds and little depth.
std::string random_document(std::mt19937& random);

}  // namespace arbors::batch
