#include "engine/base/readable.h"

#include "engine/base/error.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_CASE("readable text stays what it is", "[readable]") {
  for (const std::string_view text :
       {""sv, "plain words"sv, "two\nlines\tand a tab"sv, "Zoë, 日本, 😀"sv, "\xC2\x80"sv,
        "\xED\x9F\xBF"sv, "\xF4\x8F\xBF\xBF"sv})
    CHECK(readable(text) == text);
}

TEST_CASE("bytes that are no text are shown as such", "[readable]") {
  CHECK(readable("a\xff"sv) == "a\\xff");
  CHECK(readable("\0b"sv) == "\\x00b");
  CHECK(readable("\x1b[31m\r\x7f"sv) == "\\x1b[31m\\x0d\\x7f");
  CHECK(readable("Zo\xC3"sv) == "Zo\\xc3");
  CHECK(readable("\xC3\xC3\xAB"sv) == "\\xc3ë");
  CHECK(readable("\xE6\x97"sv) == "\\xe6\\x97");
}

TEST_CASE("forms that UTF-8 does not have are no characters", "[readable]") {
  for (const std::string_view text :
       {"\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xF0\x8F\xBF\xBF"sv,
        "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\x80"sv, ""sv})
    CHECK(character_size(text, 0) == 0);
}

TEST_CASE("an error's sentence is readable and whole", "[readable]") {
  const Error error(ErrorCode::Invalid, "no such key: '\xff', nor '\0', nor 'é'"s);
  CHECK(std::string_view(error.what()) == "no such key: '\\xff', nor '\\x00', nor 'é'");
}
