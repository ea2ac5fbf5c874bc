#include "engine/exec/export/compressing_sink.h"

#include <random>
#include <string>

#include "engine/json/input/input.h"
#include "tests/unit/catch.h"

namespace arbors::exec {
namespace {

class TextSink : public ByteSink {
 public:
  void write(std::string_view bytes) override {
    REQUIRE_FALSE(finished);
    text += bytes;
  }
  void finish() override { finished = true; }

  std::string text;
  bool finished = false;
};

std::string undo(const std::string& packed) {
  const auto input = json::open_memory(packed);
  std::string text(16U << 20, '\0');
  std::size_t size = 0;
  while (const std::size_t read = input->read(text.data() + size, text.size() - size)) size += read;
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("compressed streams give back what was written, in any pieces", "[export]") {
  std::mt19937 random(7);
  for (const Compression compression : {Compression::Gzip, Compression::Zstd}) {
    for (const std::size_t size : {0UL, 1UL, 1000UL, 3'000'000UL}) {
      std::string text;
      while (text.size() < size) text += "{\"n\":" + std::to_string(random() % 1000) + "}\n";
      text.resize(size);
      TextSink sink;
      const auto compressor = compressing_sink(compression, sink);
      for (std::size_t at = 0; at < size;) {
        const std::size_t part = std::min<std::size_t>(size - at, random() % 200'000);
        compressor->write(std::string_view(text).substr(at, part));
        at += part;
      }
      compressor->finish();
      REQUIRE(sink.finished);
      REQUIRE_FALSE(sink.text.empty());
      if (size > 1'000'000) REQUIRE(sink.text.size() < size / 3);
      REQUIRE(undo(sink.text) == text);
    }
  }
}

TEST_CASE("no compression needs no sink of its own", "[export]") {
  TextSink sink;
  REQUIRE(compressing_sink(Compression::None, sink) == nullptr);
}

}  // namespace arbors::exec
