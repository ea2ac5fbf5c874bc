#include "engine/base/checksum.h"

#include <xxhash.h>

#include "tests/unit/catch.h"

namespace arbors {
namespace {

TEST_CASE("a checksum is XXH3's of any bytes at any place", "[base]") {
  Bytes bytes(5000);
  for (std::size_t at = 0; at < bytes.size(); ++at)
    bytes[at] = static_cast<std::uint8_t>(at * 167 >> 3);
  for (std::size_t from = 0; from < 3; ++from) {
    for (std::size_t size = 0; from + size <= bytes.size(); size += size < 600 ? 1 : 97) {
      const ByteSpan part = ByteSpan(bytes).subspan(from, size);
      const bool plain = checksum(part) == XXH3_64bits(part.data(), part.size());
      if (!plain || checksum(part, size + 7) != XXH3_64bits_withSeed(part.data(), size, size + 7))
        FAIL("of " << size << " bytes from " << from);
    }
  }
  CHECK(checksum({}) == XXH3_64bits("", 0));
}

}  // namespace
}  // namespace arbors
