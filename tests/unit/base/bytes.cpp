#include "engine/base/bytes.h"

#include <cmath>
#include <limits>

#include "tests/unit/catch.h"

namespace arbors {
namespace {

// Runs `read` and returns the message of the corruption it must report.
template <typename Read>
std::string corruption(Read read) {
  try {
    read();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Corrupt);
    return error.what();
  }
  FAIL("nothing was reported");
  return {};
}

TEST_CASE("what a writer wrote, a reader reads back in order", "[base][bytes]") {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u8(7);
  writer.fixed<std::uint32_t>(0xDEADBEEF);
  writer.fixed(-0.0);
  writer.varint(300);
  writer.zigzag(-5);
  writer.text("träd");
  writer.blob(Bytes{1, 2, 3});
  writer.raw(std::string_view("end"));
  CHECK(writer.size() == bytes.size());

  ByteReader reader(bytes);
  CHECK(reader.u8() == 7);
  CHECK(reader.fixed<std::uint32_t>() == 0xDEADBEEF);
  CHECK(std::signbit(reader.fixed<double>()));
  CHECK(reader.varint() == 300);
  CHECK(reader.zigzag() == -5);
  CHECK(reader.text() == "träd");
  const ByteSpan blob = reader.blob();
  CHECK(Bytes(blob.begin(), blob.end()) == Bytes{1, 2, 3});
  CHECK_FALSE(reader.done());
  CHECK(reader.remaining() == 3);
  CHECK(reader.rest().size() == 3);
  CHECK(reader.done());
  CHECK_NOTHROW(reader.expect_done());
}

TEST_CASE("fixed integers are little-endian on disk", "[base][bytes]") {
  Bytes bytes;
  ByteWriter(bytes).fixed<std::uint32_t>(0x01020304);
  CHECK(bytes == Bytes{4, 3, 2, 1});
}

TEST_CASE("varints take seven bits a byte and hold every 64-bit number", "[base][bytes]") {
  const auto [value, size] = GENERATE(table<std::uint64_t, std::size_t>({
      {0, 1},
      {127, 1},
      {128, 2},
      {16383, 2},
      {16384, 3},
      {std::numeric_limits<std::uint64_t>::max() >> 1, 9},
      {std::numeric_limits<std::uint64_t>::max(), 10},
  }));
  Bytes bytes;
  ByteWriter(bytes).varint(value);
  CHECK(bytes.size() == size);
  ByteReader reader(bytes);
  CHECK(reader.varint() == value);
  CHECK(reader.done());
}

TEST_CASE("zigzag keeps small magnitudes small and reaches both extremes", "[base][bytes]") {
  const auto [value, size] = GENERATE(table<std::int64_t, std::size_t>({
      {0, 1},
      {-1, 1},
      {63, 1},
      {-64, 1},
      {64, 2},
      {std::numeric_limits<std::int64_t>::min(), 10},
      {std::numeric_limits<std::int64_t>::max(), 10},
  }));
  Bytes bytes;
  ByteWriter(bytes).zigzag(value);
  CHECK(bytes.size() == size);
  ByteReader reader(bytes);
  CHECK(reader.zigzag() == value);
}

TEST_CASE("a read past the end is corruption and names what was read", "[base][bytes]") {
  const Bytes bytes{1, 2, 3};
  CHECK(corruption([&] { ByteReader(bytes, "chunk 9").fixed<std::uint32_t>(); }) ==
        "chunk 9: it ends too early");
  CHECK(corruption([&] { ByteReader(bytes).raw(4); }) == "stored bytes: it ends too early");
  CHECK(corruption([] { ByteReader(ByteSpan()).u8(); }) == "stored bytes: it ends too early");
  CHECK(corruption([&] { ByteReader(bytes).raw(std::numeric_limits<std::size_t>::max()); }) ==
        "stored bytes: it ends too early");
}

TEST_CASE("a failed read moves nothing", "[base][bytes]") {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes);
  corruption([&] { reader.fixed<std::uint64_t>(); });
  CHECK(reader.remaining() == 3);
  CHECK(reader.u8() == 1);
}

TEST_CASE("a varint that does not end, or ends too late, is corruption", "[base][bytes]") {
  const Bytes endless(3, 0x80);
  CHECK(corruption([&] { ByteReader(endless).varint(); }) == "stored bytes: it ends too early");
  const Bytes too_long(11, 0x80);
  CHECK(corruption([&] { ByteReader(too_long).varint(); }) == "stored bytes: a varint is too long");
}

TEST_CASE("a count beyond its bound is refused before anything is sized by it", "[base][bytes]") {
  Bytes bytes;
  ByteWriter(bytes).varint(1000);
  CHECK(ByteReader(bytes).count(1000) == 1000);
  CHECK(corruption([&] { ByteReader(bytes).count(999); }) ==
        "stored bytes: a count is out of range");
}

TEST_CASE("a text or blob longer than what is left is refused", "[base][bytes]") {
  const auto length = GENERATE(std::uint64_t{4}, std::uint64_t{1} << 62);
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.varint(length);
  writer.raw(std::string_view("abc"));
  CHECK_THAT(corruption([&] { ByteReader(bytes).text(); }), StartsWith("stored bytes: "));
  CHECK_THAT(corruption([&] { ByteReader(bytes).blob(); }), StartsWith("stored bytes: "));
}

TEST_CASE("bytes left over are corruption where none are expected", "[base][bytes]") {
  const Bytes bytes{1};
  CHECK(corruption([&] { ByteReader(bytes, "batch 3").expect_done(); }) ==
        "batch 3: bytes are left over");
}

}  // namespace
}  // namespace arbors
