#include <random>

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/fault.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace std::string_literals;

namespace {

bool walk_accepts(const std::string& text) {
  batch::BatchBuilder builder;
  try {
    builder.add(text);
    return true;
  } catch (const batch::DocumentError& error) {
    CHECK(error.offset() <= text.size());
    CHECK(std::string(error.what()) != "the document cannot be read");
    return false;
  }
}

}  // namespace

TEST_CASE("What RFC 8259 allows is read", "[json]") {
  const std::vector<std::string> valid = {"0",
                                          "-0",
                                          "-0.0",
                                          "1e5",
                                          "1E-5",
                                          "1.25e+10",
                                          "true",
                                          "false",
                                          "null",
                                          "\"\"",
                                          "[]",
                                          "{}",
                                          " \t\r\n1 \n",
                                          "\"\\u0000\"",
                                          "\"\\ud83d\\ude00\"",
                                          "\"\x7f\"",
                                          "\"\xf4\x8f\xbf\xbf\"",
                                          "{\"\":1}",
                                          "{\"a\":{\"a\":[{}]}}",
                                          "[1,[2,[3,[]]],{}]",
                                          "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                          "1e400",
                                          "123456789012345678901234567890",
                                          "-1e-400",
                                          "[ 1 , 2 ]",
                                          "{ \"a\" : 1 , \"b\" : 2 }"};
  for (const auto& text : valid) {
    INFO(text);
    CHECK_FALSE(json::find_fault(text));
    CHECK(walk_accepts(text));
    CHECK_NOTHROW(json::normalize(text));
  }
}

TEST_CASE("What RFC 8259 forbids is refused", "[json]") {
  const std::vector<std::string> invalid = {"",
                                            " ",
                                            "01",
                                            "-",
                                            "-01",
                                            "1.",
                                            ".5",
                                            "1e",
                                            "1e+",
                                            "+1",
                                            "0x1",
                                            "1a",
                                            "--1",
                                            "NaN",
                                            "Infinity",
                                            "tru",
                                            "truex",
                                            "nul",
                                            "True",
                                            "\"",
                                            "\"a",
                                            "\"\\\"",
                                            "\"\\x\"",
                                            "\"\\u12\"",
                                            "\"\\u12g4\"",
                                            "\"\\ud800\"",
                                            "\"\\udc00\"",
                                            "\"\\ud800\\u0041\"",
                                            "\"\t\"",
                                            "\"\x01\"",
                                            "\"\x80\"",
                                            "\"\xc0\xaf\"",
                                            "\"\xed\xa0\x80\"",
                                            "\"\xf5\x80\x80\x80\"",
                                            "\"\xe2\x82\"",
                                            "[",
                                            "]",
                                            "[1",
                                            "[1,",
                                            "[1,]",
                                            "[,1]",
                                            "[1 2]",
                                            "[1}",
                                            "{",
                                            "}",
                                            "{]",
                                            "{\"a\"}",
                                            "{\"a\":}",
                                            "{\"a\":1,}",
                                            "{a:1}",
                                            "{'a':1}",
                                            "{1:2}",
                                            "{\"a\" 1}",
                                            "{\"a\":1 \"b\":2}",
                                            "1 2",
                                            "{} {}",
                                            "[] ]",
                                            "\"a\"\"b\"",
                                            "\"a\"b",
                                            "1\0"s,
                                            "[1\0]"s,
                                            "\0"s,
                                            "\xef\xbb\xbf{}",
                                            "/**/1",
                                            "[1//\n]",
                                            "\\\"a\"",
                                            "{\"a\":1}x",
                                            "[1]2",
                                            "\f1",
                                            "{\"a\":\"b}",
                                            "{\"a\\\":1}",
                                            "[\"a\",\"b]"};
  for (const auto& text : invalid) {
    INFO(text);
    CHECK(json::find_fault(text));
    CHECK_FALSE(walk_accepts(text));
    CHECK_THROWS_AS(json::normalize(text), Error);
  }
}

TEST_CASE("A fault is told at its byte", "[json]") {
  const auto check = [](const std::string& text, std::size_t offset, const std::string& reason) {
    const auto fault = json::find_fault(text);
    REQUIRE(fault);
    CHECK(fault->offset == offset);
    CHECK(fault->reason == reason);
  };
  check("{\"a\":1,}", 7, "expected a key in double quotes, not '}'");
  check("[1,2", 4, "expected ',' or ']', but the text ends");
  check("\"ab\xff\"", 3, "the text is not UTF-8");
  check("\"a\\ud800x\"", 2, "half of a surrogate pair stands alone");
  check("[01]", 2, "a number must not begin with 0");
  check("{} x", 3, "unexpected 'x' after the value");
}

TEST_CASE("The fast walk and the strict checker agree on broken text", "[json]") {
  const std::string seeds[] = {
      R"({"a":[1,-2.5e3,"x\n\u00e9",true,null,{"b":{}}],"é":"\ud83d\ude00","a":false})",
      R"([[],[{"k":"v"},0.1,123456789012345678901]," \\\" "])"};
  const char alphabet[] =
      "{}[]:,\"\\ \n01e.-utn\x80\xc3\x01"
      "a";
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text = seeds[random() % 2];
    for (unsigned edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % (sizeof alphabet - 1)];
      switch (random() % 4) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1 + random() % 3);
          break;
        default:
          text.resize(at + 1);
      }
      if (text.empty()) text = "1";
    }
    const bool valid = !json::find_fault(text);
    bool normal = true;
    try {
      json::normalize(text);
    } catch (const Error&) {
      normal = false;
    }
    if (walk_accepts(text) != valid || normal != valid) {
      INFO(text);
      CHECK(walk_accepts(text) == valid);
      CHECK(normal == valid);
    }
  }
}
