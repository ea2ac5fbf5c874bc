// Searching for a part in many texts at once, beside one text after the other.
#include "engine/expr/evaluate/pattern_test.h"

#include <algorithm>
#include <random>

#include "engine/expr/evaluate/truth.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

namespace arbors::expr {
namespace {

std::string random_text(std::mt19937_64& random, std::size_t most) {
  std::string text;
  const std::size_t size = random() % (most + 1);
  for (std::size_t i = 0; i < size; ++i) text += std::string("aAbB@`[\0\xC3", 9)[random() % 9];
  return text;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// What LIKE and GLOB say, by hand.
bool holds(std::string text, std::string part, bool fold) {
  text = text.substr(0, text.find('\0'));
  return fold ? lower(text).find(lower(part)) != std::string::npos
              : text.find(part) != std::string::npos;
}

TEST_CASE("a part is found in all texts of a pool and in each by itself", "[expr]") {
  std::mt19937_64 random(random_seed());
  for (int round = 0; round < 300; ++round) {
    std::string part = random_text(random, 4);
    std::erase_if(part, [](char c) { return c == '\0' || c == '[' || c == '\xC3'; });
    if (part.empty()) part = "a";
    batch::TextPool pool;
    const std::size_t texts = random() % 40;
    for (std::size_t text = 0; text < texts; ++text)
      pool.add(random_text(random, random() % 5 == 0 ? 200 : 12));
    for (const bool fold : {true, false}) {
      const PatternTest test = fold ? PatternTest(Pattern::Like, "%" + part + "%")
                                    : PatternTest(Pattern::Glob, "*" + part + "*");
      std::vector<std::uint8_t> answers(pool.size());
      test.answer(pool, answers);
      for (std::size_t text = 0; text < texts; ++text) {
        const bool want = holds(std::string(pool[text]), part, fold);
        CHECK(test(pool[text]) == want);
        CHECK(answers[text] == truth_of(want));
      }
    }
  }
}

}  // namespace
}  // namespace arbors::expr
