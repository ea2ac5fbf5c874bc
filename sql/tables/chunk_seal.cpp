#include "sql/tables/chunk_seal.h"

#include <xxhash.h>

#include "engine/base/checksum.h"

namespace arbors::store {

namespace {

void write_paths(ByteWriter& writer, const std::vector<PathId>& paths) {
  writer.varint(paths.size());
  PathId last = 0;
  for (const PathId path : paths) {
    writer.varint(path - last);
    last = path;
  }
}

std::vector<PathId> read_paths(ByteReader& reader) {
  const std::uint64_t count = reader.varint();
  if (count > reader.remaining()) reader.fail("they list too many paths");
  std::vector<PathId> paths;
  paths.reserve(count);
  std::uint64_t last = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    const std::uint64_t step = reader.varint();
    if (step == 0 || step > kNoPath - last) reader.fail("their list of paths is out of order");
    last += step;
    paths.push_back(static_cast<PathId>(last));
  }
  return paths;
}

}  // namespace

Bytes seal(const Seal& seal, ByteSpan statistics, ByteSpan data) {
  Bytes out;
  out.reserve(statistics.size() + 2 * seal.paths.size() + 32);
  ByteWriter writer(out);
  writer.fixed(seal.nonce);
  writer.fixed(checksum(data));
  write_paths(writer, seal.paths);
  writer.raw(statistics);
  writer.fixed(static_cast<std::uint64_t>(XXH3_64bits_withSeed(out.data(), out.size(), seal.path)));
  return out;
}

Sealed unseal(ByteSpan stats, PathId path) {
  ByteReader reader(stats, "statistics");
  if (stats.size() < 25) reader.fail("they end too early");
  const ByteSpan sealed_bytes = stats.first(stats.size() - 8);
  ByteReader end(stats.last(8), "statistics");
  if (end.fixed<std::uint64_t>() !=
      XXH3_64bits_withSeed(sealed_bytes.data(), sealed_bytes.size(), path)) {
    reader.fail("the checksum does not match");
  }
  Sealed sealed;
  sealed.nonce = reader.fixed<std::uint64_t>();
  sealed.data_checksum = reader.fixed<std::uint64_t>();
  sealed.paths = read_paths(reader);
  if (reader.remaining() < 8) reader.fail("they end too early");
  sealed.statistics = reader.raw(reader.remaining() - 8);
  return sealed;
}

bool matches(const Sealed& sealed, ByteSpan data) { return sealed.data_checksum == checksum(data); }

}  // namespace arbors::store
