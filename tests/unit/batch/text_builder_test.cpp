#include "engine/batch/columns/text_builder.h"

#include <cstring>
#include <string>

#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

std::string bytes_of(std::uint64_t word, std::size_t size) {
  std::string bytes(size, '\0');
  std::memcpy(bytes.data(), &word, size);
  return bytes;
}

}  // namespace

TEST_CASE("texts of every length are told apart", "[batch]") {
  TextBuilder texts;
  std::vector<std::string> expected;
  for (const char last : {'a', 'b', '\0', '\xff'})
    for (std::size_t length = 0; length <= 20; ++length) {
      std::string text(length, 'x');
      if (length > 0) text.back() = last;
      expected.push_back(text);
      if (length > 4) text[length / 2] = last;
      expected.push_back(text);
    }
  for (const std::string& text : expected) texts.add(text);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(texts.buffer()[i] == expected[i]);
}

TEST_CASE("short texts of one hash and different lengths stay apart", "[batch]") {
  // The hash begins with the length times this number, from which a text of the same hash follows.
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kSeven = 0x37363534333231;  // "1234567"
  const std::string seven = bytes_of(kSeven, 7);
  const std::string eight = bytes_of(kSeven ^ 7 * kMix ^ 8 * kMix, 8);
  TextBuilder texts;
  texts.add(seven);
  texts.add(eight);
  texts.add(seven);
  CHECK(texts.buffer()[0] == seven);
  CHECK(texts.buffer()[1] == eight);
  CHECK(texts.buffer()[2] == seven);
  CHECK(texts.buffer().pool.size() == 2);
}

}  // namespace arbors::batch
