#include "engine/json/binary/jsonb.h"

#include "tests/unit/catch.h"

using namespace arbors::json;

namespace {

// Writes an element with a header of one byte, or of two.
std::string element(int type, const std::string& payload) {
  if (payload.size() < 12)
    return std::string(1, static_cast<char>(payload.size() << 4 | static_cast<unsigned>(type))) +
           payload;
  return std::string(1, static_cast<char>(0xC0 | type)) +
         std::string(1, static_cast<char>(payload.size())) + payload;
}

std::string text_of(const std::string& blob) { return jsonb_to_text(blob).value_or("none"); }

}  // namespace

TEST_CASE("JSONB is read as the JSON that it is", "[jsonb]") {
  CHECK(text_of(element(0, "")) == "null");
  CHECK(text_of(element(1, "")) == "true");
  CHECK(text_of(element(2, "")) == "false");
  CHECK(text_of(element(3, "-12")) == "-12");
  CHECK(text_of(element(5, "1.5e3")) == "1.5e3");
  CHECK(text_of(element(7, "plain text of some length")) == "\"plain text of some length\"");
  CHECK(text_of(element(8, "a\\n")) == "\"a\\n\"");
  CHECK(text_of(element(10, "a\n\"")) == "\"a\\n\\\"\"");
  const std::string object =
      element(12, element(7, "k") + element(11, element(3, "1") + element(3, "2")) +
                      element(10, "\"") + element(12, ""));
  CHECK(text_of(object) == R"({"k":[1,2],"\"":{}})");
  // Sizes may take more bytes than they need.
  CHECK(text_of(std::string("\xD3\x00\x01", 3) + "7") == "7");
  CHECK(text_of(std::string("\xF3\0\0\0\0\0\0\0\x01", 9) + "7") == "7");
}

TEST_CASE("what JSONB keeps of JSON5 becomes JSON", "[jsonb]") {
  CHECK(text_of(element(4, "0x1F")) == "31");
  CHECK(text_of(element(4, "-0xff")) == "-255");
  CHECK(text_of(element(6, ".5")) == "0.5");
  CHECK(text_of(element(6, "5.")) == "5.0");
  CHECK(text_of(element(6, "+5.e2")) == "5.0e2");
  CHECK(text_of(element(6, "-Infinity")) == "-9e999");
  CHECK(text_of(element(9, "a'\\x41\\'\\v\\\nb\"")) == "\"a'\\u0041'\\u000bb\\\"\"");
}

TEST_CASE("what is no JSONB gives nothing", "[jsonb]") {
  const std::string whole = element(12, element(7, "k") + element(3, "1"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(jsonb_to_text(whole.substr(0, size)));
  for (const std::string& blob :
       {whole + "x", element(13, ""), element(1, "x"), element(3, "1x"), element(3, " 1"),
        element(7, "\""), element(12, element(7, "k")),
        element(12, element(3, "1") + element(3, "1")), element(10, "\xFF"),
        element(4, "0x11112222333344445"), std::string("{\"a\":12}")})
    CHECK_FALSE(jsonb_to_text(blob));
  std::string deep = element(11, "");
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = deep.size();
    deep = std::string("\xEB", 1) + static_cast<char>(size >> 24) + static_cast<char>(size >> 16) +
           static_cast<char>(size >> 8) + static_cast<char>(size) + deep;
  }
  CHECK_FALSE(jsonb_to_text(deep));
}
