#include "engine/base/excerpt.h"

#include "tests/unit/catch.h"

namespace arbors {

TEST_CASE("an excerpt is a line of a text at most", "[base]") {
  REQUIRE(excerpt("") == "");
  REQUIRE(excerpt("short") == "short");
  REQUIRE(excerpt("one\ntwo\nthree") == "one…");
  REQUIRE(excerpt("one\ntwo\nthree", 5) == "…two…");
  REQUIRE(excerpt("one\ntwo", 7) == "…two");
  const std::string text(1000, 'x');
  REQUIRE(excerpt(text) == std::string(80, 'x') + "…");
  REQUIRE(excerpt(text, 500) == "…" + std::string(80, 'x') + "…");
  REQUIRE(excerpt(text, 1000) == "…" + std::string(40, 'x'));
}

TEST_CASE("an excerpt holds whole characters", "[base]") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "é";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const std::string shown = excerpt(text, at);
    REQUIRE(shown.size() <= 92);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < shown.size(); i += shown[i] == '\xC3' ? 2 : 3) ++bytes;
    REQUIRE(bytes > 15);
    REQUIRE((shown.find("\xC3\xE2") == std::string::npos && shown.back() != '\xC3'));
  }
}

TEST_CASE("an error's sentence stays readable whatever it quotes", "[base]") {
  REQUIRE(shortened("a short one\n  of lines\n  ^") == "a short one\n  of lines\n  ^");
  const std::string sentence =
      shortened("no such thing: " + std::string(1U << 20, 'x') + "; here is what to do");
  REQUIRE(sentence.size() < 1000);
  REQUIRE_THAT(sentence, StartsWith("no such thing: xxx"));
  REQUIRE_THAT(sentence, Catch::Matchers::EndsWith("x; here is what to do"));
}

}  // namespace arbors
