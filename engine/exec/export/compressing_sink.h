// Compresses a stream on its way to another sink: gzip (zlib) or zstd, each one member or frame
// with its checksum.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/exec/export/byte_sink.h"

namespace arbors::exec {

enum class Compression : std::uint8_t { None, Gzip, Zstd };

// `to` outlives the sink and is finished by it. Compression::None gives a null pointer: write to
// `to` itself.
std::unique_ptr<ByteSink> compressing_sink(Compression compression, ByteSink& to);

}  // namespace arbors::exec
