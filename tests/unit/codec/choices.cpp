// Which encoding typical values get, how small they become, and the numbers that are stored.
#include <random>

#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/reals/reals.h"
#include "engine/codec/texts/strings.h"
#include "tests/unit/catch.h"
#include "tests/unit/codec/text_samples.h"

namespace arbors::codec {
namespace {

using Numbered = std::vector<std::pair<int, std::string>>;

template <typename Rows>
Numbered numbered(const Rows& rows) {
  Numbered out;
  for (const auto& row : rows) out.emplace_back(row.number, row.name);
  return out;
}

TEST_CASE("stored numbers of encodings never change", "[codec]") {
  const Numbered integers{{0, "plain"}, {1, "constant"}, {2, "run length"}, {3, "frame"},
                          {4, "delta"}, {5, "patched"},  {6, "distinct"}};
  CHECK(numbered(integer_codecs<std::int64_t>()) == integers);
  CHECK(numbered(integer_codecs<std::uint32_t>()) == integers);
  CHECK(numbered(real_codecs()) == Numbered{{1, "decimal"}, {0, "bits"}});
  CHECK(numbered(string_codecs()) == Numbered{{0, "plain"},
                                              {3, "number"},
                                              {4, "numbers and others"},
                                              {2, "pattern"},
                                              {1, "zstd"},
                                              {5, "zstd frames"}});
  CHECK(kDictionaryNumber == 15);
}

struct Chosen {
  std::string name;
  double bytes_per_value;
};

template <typename Make>
Chosen choose_for(Make make) {
  std::vector<std::int64_t> values(16384);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(make(i));
  Bytes out;
  encode_ints(values, out);
  return {std::string(integer_codecs<std::int64_t>()[out[0]].name),
          static_cast<double>(out.size()) / static_cast<double>(values.size())};
}

TEST_CASE("integers get the encoding that suits them", "[codec]") {
  std::mt19937_64 random(5);
  const auto check = [](const Chosen& chosen, const std::string& name, double most) {
    CHECK(chosen.name == name);
    CHECK(chosen.bytes_per_value < most);
  };
  check(choose_for([](std::size_t) { return 7; }), "constant", 0.001);
  check(choose_for([](std::size_t i) { return i / 500; }), "run length", 0.01);
  check(choose_for([&](std::size_t) { return random() % 100; }), "frame", 0.89);
  check(choose_for([](std::size_t i) { return i * 12 + 100000; }), "delta", 0.01);
  check(choose_for([&, now = std::int64_t{1600000000000}](std::size_t) mutable {
          return now += static_cast<std::int64_t>(random() % 50);
        }),
        "delta", 0.8);
  check(
      choose_for([&](std::size_t i) { return i % 71 == 0 ? random() % 1000000000 : random() % 8; }),
      "patched", 0.5);
  check(choose_for([&](std::size_t) { return (random() % 30 + 1) * 0x1234567890abcULL; }),
        "distinct", 0.7);
  check(choose_for([&](std::size_t) { return random(); }), "plain", 8.01);
}

std::string encoding_of(const Bytes& stream) {
  if (stream[0] == kDictionaryNumber) return "dictionary";
  for (const auto& codec : string_codecs())
    if (codec.number == stream[0]) return std::string(codec.name);
  return "unknown";
}

TEST_CASE("strings get the encoding that suits them", "[codec]") {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"few x5000", "dictionary"},
      {"all equal x5000", "dictionary"},
      {"content ids x5000", "pattern"},
      {"account ids x5000", "pattern"},
      {"record keys x5000", "pattern"},
      {"hex x5000", "pattern"},
      {"ids with outliers x5000", "pattern"},
      {"numbers and others x5000", "numbers and others"},
      {"any bytes x5000", "plain"}};
  for (const auto& [name, texts] : samples::texts())
    for (const auto& [wanted, encoding] : expected) {
      if (name != wanted) continue;
      INFO(name);
      Bytes out;
      encode_strings(std::vector<std::string_view>(texts.begin(), texts.end()), out);
      CHECK(encoding_of(out) == encoding);
    }
}

TEST_CASE("unique ids cost what their alphabet says", "[codec]") {
  for (const auto& [name, texts] : samples::texts()) {
    Bytes out;
    encode_strings(std::vector<std::string_view>(texts.begin(), texts.end()), out);
    const double each = static_cast<double>(out.size()) / static_cast<double>(texts.size());
    INFO(name);
    if (name == "content ids x5000") CHECK(each < 52 * 5.0 / 8 * 1.03);
    if (name == "account ids x5000") CHECK(each < 24 * 5.0 / 8 * 1.03);
    if (name == "hex x5000") CHECK(each < 40 * 4.0 / 8 * 1.03);
  }
}

TEST_CASE("values unlike the others do not cost them their encoding", "[codec]") {
  std::mt19937_64 random(12);
  const auto bytes_each = [](const std::vector<std::string>& texts) {
    Bytes out;
    encode_strings(std::vector<std::string_view>(texts.begin(), texts.end()), out);
    return static_cast<double>(out.size()) / static_cast<double>(texts.size());
  };
  std::vector<std::string> numbers, names, moments;
  for (std::uint64_t i = 0; i < 16000; ++i) {
    numbers.push_back(std::to_string(random() % 1000000));
    names.push_back("user-" + std::to_string(100000 + random() % 900000) + "@example.org");
    moments.push_back(samples::moment(i * 300 + random() % 300));
  }
  numbers.back() = "none";
  names.front() = "nobody";
  CHECK(bytes_each(numbers) < 3);
  CHECK(bytes_each(names) < 3);
  CHECK(bytes_each(moments) < 3);
}

TEST_CASE("long lists of prose are cut into frames", "[codec]") {
  for (const auto& [name, texts] : samples::texts()) {
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes += text.size();
    if (!name.starts_with("words") || texts.size() < 1000) continue;
    Bytes out;
    encode_distinct_strings(std::vector<std::string_view>(texts.begin(), texts.end()), out);
    INFO(name);
    CHECK(encoding_of(out) == (bytes > (128 << 10) ? "zstd frames" : "zstd"));
  }
}

TEST_CASE("reals of few digits become decimals", "[codec]") {
  std::vector<double> prices(5000), noise(5000);
  std::mt19937_64 random(9);
  for (std::size_t i = 0; i < prices.size(); ++i) {
    prices[i] = static_cast<double>(random() % 10000) / 100;
    noise[i] = static_cast<double>(random() >> 11) * 0x1p-53;
  }
  Bytes out;
  encode_reals(prices, out);
  CHECK(out[0] == 1);
  CHECK(out.size() < prices.size() * 2);
  out.clear();
  encode_reals(noise, out);
  CHECK(out[0] == 0);
  CHECK(out.size() < noise.size() * 8 + 64);
}

}  // namespace
}  // namespace arbors::codec
