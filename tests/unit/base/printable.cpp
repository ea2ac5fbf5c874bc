#include "engine/base/printable.h"

#include "engine/base/error.h"
#include "tests/unit/catch.h"

using namespace arbors;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_CASE("readable text stays what it is", "[printable]") {
  for (const std::string_view text :
       {""sv, "plain words"sv, "two\nlines\tand a tab"sv, "Zoë, 日本, 😀"sv, "\xC2\x80"sv,
        "\xED\x9F\xBF"sv, "\xF4\x8F\xBF\xBF"sv})
    CHECK(printable(text) == text);
}

TEST_CASE("bytes that are no text are shown as such", "[printable]") {
  CHECK(printable("a\xff"sv) == "a\\xff");
  CHECK(printable("\0b"sv) == "\\x00b");
  CHECK(printable("\x1b[31m\r\x7f"sv) == "\\x1b[31m\\x0d\\x7f");
  CHECK(printable("Zo\xC3"sv) == "Zo\\xc3");
  CHECK(printable("\xC3\xC3\xAB"sv) == "\\xc3ë");
  CHECK(printable("\xE6\x97"sv) == "\\xe6\\x97");
}

TEST_CASE("forms that UTF-8 does not have are no characters", "[printable]") {
  for (const std::string_view text :
       {"\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xF0\x8F\xBF\xBF"sv,
        "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\x80"sv, ""sv})
    CHECK(character_size(text, 0) == 0);
}

TEST_CASE("an error's sentence is readable and whole", "[printable]") {
  const Error error(ErrorCode::Invalid, "no such key: '\xff', nor '\0', nor 'é'"s);
  CHECK(std::string_view(error.what()) == "no such key: '\\xff', nor '\\x00', nor 'é'");
}
