#include "engine/json/input/minimal_text.h"

#include <random>

#include "engine/json/input/normalizer.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

using namespace arbors;
using namespace arbors::json;

namespace {

struct IndexedText {
  explicit IndexedText(const std::string& json) : text(json + '\0') { ok = index.build(view()); }
  std::string_view view() const { return std::string_view(text).substr(0, text.size() - 1); }

  std::string text;
  StructuralIndex index;
  bool ok = false;
};

bool recognized(const std::string& json) {
  const IndexedText indexed(json);
  return indexed.ok &&
         MinimalText().recognize(indexed.view(), indexed.index.begin(), indexed.index.end());
}

// What the walk that writes every text anew makes of one; empty where it refuses it.
std::string rewritten(const std::string& json) {
  const IndexedText indexed(json);
  std::string out;
  TokenCursor cursor{indexed.text.data(), indexed.index.begin(),
                     indexed.text.data() + indexed.view().size()};
  const bool read = indexed.ok && Normalizer().append(cursor, out);
  return read && cursor.token == indexed.index.end() ? out : std::string();
}

std::string in_brackets(unsigned depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

std::string many_keys(unsigned count) {
  std::string object = "{";
  for (unsigned key = 0; key < count; ++key)
    object += (key == 0 ? "\"k" : ",\"k") + std::to_string(key) + "\":1";
  return object + "}";
}

}  // namespace

TEST_CASE("minimal texts are recognized", "[json]") {
  for (const char* text : {"{}",
                           "[]",
                           "1",
                           "-1",
                           "0",
                           "\"\"",
                           "\"a\"",
                           "true",
                           "false",
                           "null",
                           "1.5",
                           "-0.0",
                           "1e+22",
                           "999999999999999999",
                           "-999999999999999999",
                           "[[],{}]",
                           R"({"":{"":[1,"",{}]}})",
                           R"({"a":1,"b":[true,null,"x"],"c":{"a":1,"b":2.5}})",
                           R"({"12345678":1,"12345679":2})",
                           R"({"abcdefgh12345678":1,"abcdefghx12345678":2})",
                           "\"\xc3\xa4\x7f\"",
                           "[{\"a\":1},{\"a\":2}]"}) {
    INFO(text);
    CHECK(recognized(text));
    CHECK(rewritten(text) == text);
  }
  CHECK(recognized(in_brackets(32)));
  CHECK(recognized(many_keys(64)));
}

TEST_CASE("texts that are not minimal, or no JSON, are not recognized", "[json]") {
  for (const char* text : {"",
                           " 1",
                           "1 ",
                           "-0",
                           "01",
                           "-",
                           "+1",
                           "1.50",
                           "1.0e2",
                           "1e22",
                           "1E+22",
                           "1.",
                           "1a",
                           "tru",
                           "truee",
                           "True",
                           "nul",
                           "NaN",
                           "1 2",
                           "{} {}",
                           "[1 ]",
                           "[1,]",
                           "[,1]",
                           "[1,2",
                           "[1}",
                           "]",
                           "{\"a\":1,}",
                           "{\"a\" :1}",
                           "{\"a\": 1}",
                           "{\"a\":1 ,\"b\":2}",
                           "{\"a\"}",
                           "{\"a\",1}",
                           "{\"a\":}",
                           "{1:2}",
                           "{\"a\":1\"b\":2}",
                           "{\"a\":1,\"a\":2}",
                           "{\"a\":{\"b\":1,\"b\":1}}",
                           R"("\u0041")",
                           R"("\n")",
                           R"({"a\"":1})",
                           "\"a\"b",
                           "\"a\"\"b\"",
                           "[1]2",
                           "[1][2]",
                           R"({"aaaaaaaabbbbbbbb":1,"b":2,"aaaaaaaabbbbbbbb":3})",
                           "123456789012345678901",
                           "1e999"}) {
    INFO(text);
    CHECK_FALSE(recognized(text));
  }
  CHECK_FALSE(recognized(in_brackets(33)));
  CHECK_FALSE(recognized(many_keys(65)));
}

TEST_CASE("whatever is recognized as minimal would be written as it stands", "[json]") {
  std::mt19937 random(random_seed());
  std::size_t minimal = 0, changed_minimal = 0;
  const std::string bytes = "{}[]:,\"\\ 01-.eE+tna\n\x01\xc3";
  for (unsigned round = 0; round < 4000; ++round) {
    const std::string text = normalize(batch::random_document(random));
    minimal += recognized(text) ? 1 : 0;
    std::string other = text;
    for (unsigned change = 1 + random() % 2; change > 0 && !other.empty(); --change) {
      const std::size_t at = random() % other.size();
      const char byte = bytes[random() % bytes.size()];
      if (random() % 3 == 0)
        other.erase(at, 1);
      else if (random() % 2 == 0)
        other.insert(at, 1, byte);
      else
        other[at] = byte;
    }
    if (!recognized(other)) continue;
    ++changed_minimal;
    INFO(other);
    REQUIRE(rewritten(other) == other);
  }
  CHECK(minimal > 1000);
  CHECK(changed_minimal > 200);
}

TEST_CASE("keys met in texts before count for nothing but speed", "[json]") {
  std::mt19937 random(random_seed());
  MinimalText one;
  std::size_t minimal = 0, others = 0;
  std::vector<std::string> texts;
  const auto few_keys = [&](auto& self, unsigned depth) -> std::string {
    if (depth == 0 || random() % 3 == 0) return "1";
    std::string object = "{";
    for (unsigned keys = random() % 4; keys > 0; --keys)
      object +=
          (object.size() > 1 ? ",\"" : "\"") + std::string(1 + random() % 2, "ab"[random() % 2]) +
          "\":" + (random() % 4 == 0 ? "[" + self(self, depth - 1) + "]" : self(self, depth - 1));
    return object + "}";
  };
  for (unsigned round = 0; round < 20000; ++round) {
    if (texts.size() < 8 || random() % 5 == 0) texts.push_back(few_keys(few_keys, 3));
    const std::string& text =
        texts[texts.size() - 1 - random() % std::min<std::size_t>(texts.size(), 4)];
    const IndexedText indexed(text);
    const bool known = one.recognize(indexed.view(), indexed.index.begin(), indexed.index.end());
    (known ? minimal : others) += 1;
    INFO(text);
    REQUIRE(known == recognized(text));
  }
  CHECK(minimal > 2000);
  CHECK(others > 2000);
}

TEST_CASE("texts like those met before are told from minimal ones all the same", "[json]") {
  std::mt19937 random(random_seed());
  MinimalText one;
  std::vector<std::string> texts;
  for (unsigned count = 0; count < 12; ++count)
    texts.push_back(normalize(batch::random_document(random)));
  texts.insert(texts.end(),
               {R"({"a":1,"b":{"c":"x","d":[1,"y",true]}})", R"({"a":{"c":1},"b":2})",
                R"([1,[2,{"a":null}],"z"])", R"({"a":[],"b":{},"c":[{"a":1},{"a":2}]})"});
  const std::string bytes = "{}[]:,\"\\ 01-.eE+tnab\n\x01\xc3";
  std::size_t minimal = 0, others = 0;
  for (unsigned round = 0; round < 40000; ++round) {
    std::string text = texts[random() % texts.size()];
    for (unsigned change = random() % 3; change > 0 && !text.empty(); --change) {
      const std::size_t at = random() % text.size();
      const std::string piece = text.substr(random() % text.size(), random() % 6);
      if (random() % 3 == 0)
        text.erase(at, 1 + random() % 4);
      else if (random() % 2 == 0)
        text.insert(at, piece);
      else
        text[at] = bytes[random() % bytes.size()];
    }
    const IndexedText indexed(text);
    const bool known =
        indexed.ok && one.recognize(indexed.view(), indexed.index.begin(), indexed.index.end());
    (known ? minimal : others) += 1;
    INFO(text);
    REQUIRE(known == recognized(text));
  }
  CHECK(minimal > 4000);
  CHECK(others > 4000);
}

TEST_CASE("skeletons of texts take bounded room, and are forgotten for others", "[json]") {
  MinimalText one;
  for (unsigned round = 0; round < 20000; ++round) {
    std::string key;
    key += 'k';
    key += std::to_string(round);
    std::string text = "{\"";
    text += key;
    text += "\":[1,\"";
    text += key;
    text += "\"]}";
    const IndexedText indexed(text);
    REQUIRE(one.recognize(indexed.view(), indexed.index.begin(), indexed.index.end()));
    text.replace(text.size() - 1, 1, ",");
    text += "\"" + key + "\":2}";
    const IndexedText twice(text);
    REQUIRE_FALSE(one.recognize(twice.view(), twice.index.begin(), twice.index.end()));
  }
}

TEST_CASE("reals of few digits are minimal exactly where they would be written so", "[json]") {
  std::mt19937 random(random_seed());
  std::size_t minimal = 0;
  for (unsigned round = 0; round < 20000; ++round) {
    std::string text = random() % 4 == 0 ? "-" : "";
    const auto add_digits = [&](unsigned count) {
      for (; count > 0; --count)
        text += static_cast<char>('0' + (random() % 3 == 0 ? 0 : random() % 10));
    };
    if (random() % 3 == 0)
      text += '0';
    else
      add_digits(random() % 9);
    text += '.';
    add_digits(random() % 9);
    const bool known = recognized(text);
    minimal += known ? 1 : 0;
    INFO(text);
    REQUIRE(known == (rewritten(text) == text));
  }
  CHECK(minimal > 2000);
}

TEST_CASE("short integers are minimal as they are written", "[json]") {
  for (const char* text : {"0", "7", "-7", "123456789012345678"}) CHECK(is_minimal_integer(text));
  for (const char* text :
       {"", "-", "-0", "00", "07", "1.0", "1234567890123456789", " 1", "1 ", "x"})
    CHECK_FALSE(is_minimal_integer(text));
}
