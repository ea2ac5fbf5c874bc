// Lists of strings that provoke every encoding, and the odd corners; deterministic.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::codec::samples {

struct Texts {
  std::string name;
  std::vector<std::string> values;
};

inline std::string spell(std::mt19937_64& random, std::string_view alphabet, std::size_t length) {
  std::string text(length, ' ');
  for (char& letter : text) letter = alphabet[random() % alphabet.size()];
  return text;
}

inline std::string moment(std::uint64_t second) {
  char text[32];
  const auto part = [](std::uint64_t value) { return static_cast<unsigned>(value); };
  std::snprintf(text, sizeof text, "2021-%02u-%02uT%02u:%02u:%02uZ",
                part(second / 86400 / 28 % 12 + 1), part(second / 86400 % 28 + 1),
                part(second / 3600 % 24), part(second / 60 % 60), part(second % 60));
  return text;
}

inline std::vector<Texts> texts() {
  constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
  std::mt19937_64 random(11);
  std::vector<Texts> all{
      {"none", {}},
      {"one", {"lonely"}},
      {"one empty", {""}},
      {"embedded NUL", {std::string("a\0b", 3), std::string("a\0", 2), "a", ""}},
      {"not UTF-8", {"\xff\xfe", "\x80", "\xc3\x28"}},
      {"1 MB", {std::string(1 << 20, 'x'), "y", spell(random, kBase32, 1 << 20)}}};
  const auto add = [&](std::string name, std::size_t count, auto make) {
    std::vector<std::string> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = make(i);
    all.push_back({name + " x" + std::to_string(count), std::move(values)});
  };
  for (const std::size_t count : {3, 100, 1024, 5000}) {
    add("all empty", count, [](std::size_t) { return std::string(); });
    add("all equal", count, [](std::size_t) { return std::string("same"); });
    add("few", count, [&](std::size_t) { return "kind" + std::to_string(random() % 5); });
    add("content ids", count, [&](std::size_t) { return "bafyrei" + spell(random, kBase32, 52); });
    add("account ids", count, [&](std::size_t) { return "did:plc:" + spell(random, kBase32, 24); });
    add("record keys", count,
        [&](std::size_t i) { return "3l" + spell(random, kBase32, 11 - i % 1); });
    add("hex", count, [&](std::size_t) { return spell(random, "0123456789abcdef", 40); });
    add("moments", count,
        [&, now = std::uint64_t{0}](std::size_t) mutable { return moment(now += random() % 3); });
    add("numbers", count, [&](std::size_t) { return std::to_string(random() % 100000); });
    add("ids with outliers", count, [&](std::size_t i) {
      return i % 50 == 3 ? "did:web:example." + std::to_string(i)
                         : "did:plc:" + spell(random, kBase32, 24);
    });
    add("almost numbers", count, [&](std::size_t i) {
      return i + 1 == count ? std::string("007") : std::to_string(random() % 1000);
    });
    add("numbers and others", count, [&](std::size_t i) {
      return i % 50 == 3 ? "unknown, " + std::to_string(i)
                         : "user-" + std::to_string(random() % 1000000) + ".jpg";
    });
    add("words", count, [&](std::size_t) {
      std::string text;
      for (std::size_t words = random() % 20; words > 0; --words)
        text +=
            std::vector<std::string>{"the ", "tree ", "of ", "columns ", "grows "}[random() % 5];
      return text;
    });
    add("any bytes", count, [&](std::size_t) {
      std::string text(random() % 30, ' ');
      for (char& letter : text) letter = static_cast<char>(random());
      return text;
    });
  }
  return all;
}

}  // namespace arbors::codec::samples
