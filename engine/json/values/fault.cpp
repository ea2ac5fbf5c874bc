#include "engine/json/values/fault.h"

#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/printable.h"

namespace arbors::json {
namespace {

class Checker {
 public:
  Checker(std::string_view text, std::size_t max_nesting)
      : text_(text), max_nesting_(max_nesting) {}

  std::optional<Fault> check() {
    skip_space();
    if (done()) return Fault{at_, "there is no value"};
    if (values()) {
      skip_space();
      if (!done()) fail("unexpected " + name_here() + " after the value");
    }
    return std::move(fault_);
  }

 private:
  // Checks a value and all within it; a stack of open brackets stands for recursion.
  bool values() {
    PolledSteps steps;
    while (true) {
      steps.step();
      if (!value()) return false;
      if (opened_) {
        skip_space();
        const char close = open_.back() == '{' ? '}' : ']';
        if (peek() != close) {
          if (open_.back() == '{' && !key()) return false;
          continue;
        }
        close_bracket();
      }
      if (!after_value()) return false;
      if (open_.empty()) return true;
    }
  }

  // Passes closing brackets and then the comma and key before the next value.
  bool after_value() {
    while (!open_.empty()) {
      skip_space();
      const char close = open_.back() == '{' ? '}' : ']';
      if (peek() == close) {
        close_bracket();
        continue;
      }
      if (peek() != ',') return fail_expected(open_.back() == '{' ? "',' or '}'" : "',' or ']'");
      ++at_;
      skip_space();
      return open_.back() == '[' || key();
    }
    return true;
  }

  void close_bracket() {
    open_.pop_back();
    ++at_;
  }

  bool key() {
    if (peek() != '"') return fail_expected("a key in double quotes");
    if (!string()) return false;
    skip_space();
    if (peek() != ':') return fail_expected("':'");
    ++at_;
    return true;
  }

  bool value() {
    skip_space();
    opened_ = false;
    switch (peek()) {
      case '{':
      case '[':
        if (open_.size() == max_nesting_) {
          return fail("nested deeper than " + std::to_string(max_nesting_) + " levels");
        }
        open_ += text_[at_++];
        opened_ = true;
        return true;
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        if (not_finite()) return false;
        return peek() == '-' || digit() ? number() : fail_expected("a value");
    }
  }

  // Tells whether a word stands here that other languages write for a number; it is no JSON.
  bool not_finite() {
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      fail(std::string(word) +
           " is no JSON; an import reads it as null with the option nonfinite = null");
      return true;
    }
    return false;
  }

  bool word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return fail("unknown word");
    at_ += word.size();
    return scalar_end();
  }

  bool number() {
    if (peek() == '-') ++at_;
    if (!digit()) return fail_expected("a digit");
    const bool zero = peek() == '0';
    ++at_;
    if (zero && digit()) return fail("a number must not begin with 0");
    digits();
    if (peek() == '.') {
      ++at_;
      if (!digit()) return fail_expected("a digit after '.'");
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digit()) return fail_expected("a digit of the exponent");
      digits();
    }
    return scalar_end();
  }

  bool scalar_end() {
    if (done()) return true;
    const std::string_view kEnds = " \t\n\r,]}:{[";
    if (kEnds.find(text_[at_]) != std::string_view::npos) return true;
    return fail("unexpected " + name_here() + " in a scalar");
  }

  bool string() {
    ++at_;
    while (!done()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20) return fail("a control character in a string must be escaped");
      if (c == '\\' ? !escape() : !character()) return false;
    }
    return fail("the string does not end");
  }

  bool escape() {
    if (at_ + 1 == text_.size()) return ++at_, fail("the string does not end");
    const char c = text_[at_ + 1];
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
        return fail("unknown escape");
      }
      at_ += 2;
      return true;
    }
    const int unit = unicode_unit(at_);
    if (unit < 0) return fail("\\u needs four hexadecimal digits");
    if (unit >= 0xDC00 && unit <= 0xDFFF) return fail("half of a surrogate pair stands alone");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      const int low = unicode_unit(at_ + 6);
      if (low < 0xDC00 || low > 0xDFFF) return fail("half of a surrogate pair stands alone");
      at_ += 6;
    }
    at_ += 6;
    return true;
  }

  // Reads `\uXXXX` at a place; -1 where it does not stand there.
  int unicode_unit(std::size_t at) const {
    const std::string_view escape = text_.substr(std::min(at, text_.size()), 6);
    if (escape.size() < 6 || escape[0] != '\\' || escape[1] != 'u') return -1;
    int unit = 0;
    for (const char c : escape.substr(2)) {
      const std::size_t digit = std::string_view("0123456789abcdef")
                                    .find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit == std::string_view::npos) return -1;
      unit = unit * 16 + static_cast<int>(digit);
    }
    return unit;
  }

  // Passes one UTF-8 character.
  bool character() {
    const bool ascii = static_cast<unsigned char>(text_[at_]) < 0x80;
    const std::size_t size = ascii ? 1 : character_size(text_, at_);
    if (size == 0) return fail("the text is not UTF-8");
    at_ += size;
    return true;
  }

  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool digit() const { return peek() >= '0' && peek() <= '9'; }
  void digits() {
    while (digit()) ++at_;
  }
  void skip_space() {
    while (!done() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  std::string name_here() const {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c > 0x20 && c < 0x7F) return std::string("'") + static_cast<char>(c) + "'";
    constexpr std::string_view kHex = "0123456789abcdef";
    return std::string("byte 0x") + kHex[c >> 4] + kHex[c & 15];
  }

  bool fail_expected(std::string_view what) {
    return fail("expected " + std::string(what) +
                (done() ? std::string(", but the text ends") : ", not " + name_here()));
  }

  bool fail(std::string reason) {
    fault_ = Fault{at_, std::move(reason)};
    return false;
  }

  std::string_view text_;
  std::size_t max_nesting_;
  std::size_t at_ = 0;
  std::string open_;     // the brackets around this place
  bool opened_ = false;  // the value just passed was an opening bracket
  std::optional<Fault> fault_;
};

}  // namespace

std::optional<Fault> find_fault(std::string_view text, std::size_t max_nesting) {
  return Checker(text, max_nesting).check();
}

}  // namespace arbors::json
