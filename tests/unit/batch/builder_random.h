// Makes random JSON documents for the builder's tests: few keys, so that shapes meet again; all
// kinds of scalars; now and then duplicate keys, white space and escapes.
#pragma once

#include <random>
#include <string>

namespace arbors::batch {

class RandomDocuments {
 public:
  explicit RandomDocuments(unsigned seed) : random_(seed) {}

  std::string value(int depth = 4) {
    const unsigned kind = below(depth > 0 ? 10 : 7);
    if (kind < 7) return scalar();
    return kind < 9 ? object(depth) : array(depth);
  }
  std::string object(int depth = 4) {
    std::string out = "{";
    for (unsigned left = below(6); left > 0; --left) {
      if (out.size() > 1) out += ", ";
      out += key() + ": " + value(depth - 1);
    }
    return out + "}";
  }
  unsigned below(unsigned most) { return static_cast<unsigned>(random_() % most); }

 private:
  std::string key() {
    static const char* const kKeys[] = {"a",  "b",      "c", "name", "x y", "\\u0061",
                                        "\"", "k\\n\"", "",  "é",    "2B",  "z"};
    std::string key = kKeys[below(12)];
    if (key == "\"") key = "\\\"";
    if (key == "k\\n\"") key = "k\\n";
    return '"' + key + '"';
  }
  std::string scalar() {
    static const char* const kScalars[] = {"null",
                                           "true",
                                           "false",
                                           "0",
                                           "-0",
                                           "-0.0",
                                           "1.5",
                                           "1E+2",
                                           "9223372036854775807",
                                           "-9223372036854775808",
                                           "9223372036854775808",
                                           "123456789012345678901234567890",
                                           "1e400",
                                           "-1e400",
                                           "1e-400",
                                           "0.1",
                                           "\"\"",
                                           "\"text\"",
                                           "\"\\u0000\\n\\\"\\\\\"",
                                           "\"\\ud83d\\ude00 \xF0\x9F\x98\x80\"",
                                           "\"one of some longer texts\"",
                                           "17",
                                           "100000.0"};
    const unsigned kind = below(30);
    if (kind < 23) return kScalars[kind];
    if (kind < 27) return std::to_string(static_cast<int>(below(100000)) - 50000);
    return "\"s" + std::to_string(below(5000)) + "\"";
  }
  std::string array(int depth) {
    std::string out = "[";
    for (unsigned left = below(4); left > 0; --left) {
      if (out.size() > 1) out += " ,";
      out += value(depth - 1);
    }
    return out + "]";
  }

  std::mt19937 random_;
};

}  // namespace arbors::batch
