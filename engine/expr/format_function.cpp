// printf(), also named format(): SQLite's (https://sqlite.org/printf.html). Widths and precisions
// count bytes, or characters after the flag `!`; no character is cut in two.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/expr/call_frame.h"
#include "engine/expr/function.h"
#include "engine/expr/number_format.h"
#include "engine/expr/utf8.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

constexpr std::int64_t kWidest = 1'000'000;

// One conversion of a format: `%-5.2f`.
struct Directive {
  bool left = false, plus = false, space = false, zeros = false;
  bool alternate = false, characters = false, thousands = false;
  int width = 0;
  std::optional<int> precision;
  char conversion = 0;
};

class Formatter {
 public:
  Formatter(std::string_view format, Arguments args) : format_(format), args_(args) {}

  // Stops where a conversion is none, as SQLite does.
  std::string write() {
    PolledSteps steps;
    while (at_ < format_.size()) {
      const std::size_t before = out_.size();
      const std::size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent + 1;
      if (percent == format_.size()) break;
      if (at_ == format_.size()) {
        out_ += '%';
      } else if (!convert(directive())) {
        break;
      }
      steps.step(1 + (out_.size() - before) / kBytesAStep);
    }
    return std::move(out_);
  }

 private:
  char next() { return at_ < format_.size() ? format_[at_++] : '\0'; }

  Directive directive() {
    Directive read;
    char c = next();
    for (bool* flag = nullptr; (flag = flag_of(read, c)) != nullptr; c = next()) *flag = true;
    if (c == '*') {
      const std::int64_t width = bounded(integer());
      if (width < 0) read.left = true;
      read.width = static_cast<int>(std::abs(width));
      c = next();
    } else {
      read.width = number(c);
    }
    if (c == '.') {
      c = next();
      if (c == '*') {
        const std::int64_t precision = bounded(integer());
        if (precision >= 0) read.precision = static_cast<int>(precision);
        c = next();
      } else {
        read.precision = number(c);
      }
    }
    while (c == 'l') c = next();
    read.conversion = c;
    return read;
  }

  static bool* flag_of(Directive& read, char c) {
    switch (c) {
      case '-':
        return &read.left;
      case '+':
        return &read.plus;
      case ' ':
        return &read.space;
      case '0':
        return &read.zeros;
      case '#':
        return &read.alternate;
      case '!':
        return &read.characters;
      case ',':
        return &read.thousands;
      default:
        return nullptr;
    }
  }

  static std::int64_t bounded(std::int64_t number) {
    if (number > kWidest || number < -kWidest)
      throw_invalid("printf(): a width or precision may be at most " + std::to_string(kWidest));
    return number;
  }
  // Reads digits, of which `c` is the first, and leaves what follows in it.
  int number(char& c) {
    std::int64_t value = 0;
    for (; c >= '0' && c <= '9'; c = next()) value = bounded(value * 10 + (c - '0'));
    return static_cast<int>(value);
  }

  Scalar argument() { return used_ < args_.size() ? args_[used_++] : Scalar(); }
  std::int64_t integer() {
    const Scalar value = argument();
    return value.is_null() ? 0 : to_integer(value);
  }

  bool convert(const Directive& read) {
    switch (read.conversion) {
      case '%':
        out_ += '%';
        return true;
      case 'n':
        return true;
      case 'd':
      case 'i':
        return decimal(read), true;
      case 'u':
      case 'x':
      case 'X':
      case 'o':
      case 'p':
        return unsigned_number(read), true;
      case 'f':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
        return real(read), true;
      case 'c':
        return character(read), true;
      case 's':
      case 'z':
        return text(read), true;
      case 'q':
      case 'Q':
      case 'w':
        return escaped(read), true;
      default:
        return false;
    }
  }

  static std::string_view sign(const Directive& read, bool negative) {
    return negative ? "-" : read.plus ? "+" : read.space ? " " : "";
  }

  void decimal(const Directive& read) {
    const std::int64_t value = integer();
    const bool negative = value < 0;
    const auto magnitude =
        negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    digits(read, std::string(sign(read, negative)), std::to_string(magnitude));
  }

  void unsigned_number(const Directive& read) {
    auto value = static_cast<std::uint64_t>(integer());
    const unsigned base = read.conversion == 'u' ? 10 : read.conversion == 'o' ? 8 : 16;
    const char* letters = read.conversion == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
    std::string prefix;
    if (read.alternate && value != 0 && base != 10)
      prefix = base == 8 ? "0" : read.conversion == 'x' ? "0x" : "0X";
    std::string text;
    do text.insert(text.begin(), letters[value % base]);
    while ((value /= base) != 0);
    digits(read, prefix, std::move(text));
  }

  // Puts a comma before every three digits.
  static std::string with_marks(std::string_view digits) {
    std::string marked;
    for (std::size_t at = 0; at < digits.size(); ++at) {
      if (at > 0 && (digits.size() - at) % 3 == 0) marked += ',';
      marked += digits[at];
    }
    return marked;
  }

  void digits(const Directive& read, const std::string& prefix, std::string digits) {
    std::size_t least = static_cast<std::size_t>(read.precision.value_or(0));
    if (read.zeros && !read.left)
      least = std::max(least, static_cast<std::size_t>(read.width) -
                                  std::min(prefix.size(), static_cast<std::size_t>(read.width)));
    if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
    const bool marks = read.thousands && read.conversion != 'x' && read.conversion != 'X';
    pad(read, prefix + (marks ? with_marks(digits) : digits));
  }

  void real(const Directive& read) {
    const Scalar argument_value = argument();
    const double value = argument_value.is_null() ? 0 : to_real(argument_value);
    const std::string before(sign(read, value < 0));
    if (std::isinf(value)) return pad(read, before + "Inf");
    RealFormat format;
    format.conversion = static_cast<char>(read.conversion | 0x20);
    format.precision = read.precision.value_or(6);
    format.more_digits = read.characters;
    format.always_point = read.alternate;
    format.thousands = read.thousands;
    std::string text = formatted(std::fabs(value), format);
    if (read.conversion == 'E' || read.conversion == 'G')
      std::replace(text.begin(), text.end(), 'e', 'E');
    const std::size_t size = before.size() + text.size();
    const auto width = static_cast<std::size_t>(read.width);
    if (read.zeros && !read.left && size < width) text.insert(0, width - size, '0');
    pad(read, before + text);
  }

  // The first character, as often as the precision says.
  void character(const Directive& read) {
    std::string buffer;
    const Scalar value = argument();
    const std::string_view whole = value.is_null() ? "" : text_of(value, buffer);
    constexpr std::string_view kNul("\0", 1);  // as SQLite, of no character
    const std::string_view one = whole.empty() ? kNul : whole.substr(0, utf8_size(whole, 0));
    std::string text;
    for (int i = 0; i < std::max(1, read.precision.value_or(1)); ++i) text += one;
    pad(read, text, true);
  }

  void text(const Directive& read) {
    std::string buffer;
    const Scalar value = argument();
    const std::string_view whole = value.is_null() ? "" : text_of(value, buffer);
    pad(read, std::string(cut(read, whole)), read.characters);
  }

  // The text with its quotes doubled, for SQL: %q of a literal, %Q the literal, %w of a name.
  void escaped(const Directive& read) {
    std::string buffer;
    const Scalar value = argument();
    if (value.is_null()) return pad(read, read.conversion == 'Q' ? "NULL" : "(NULL)");
    const char quote = read.conversion == 'w' ? '"' : '\'';
    std::string text;
    for (const char c : cut(read, text_of(value, buffer))) text.append(c == quote ? 2 : 1, c);
    if (read.conversion == 'Q') text = quote + text + quote;
    pad(read, text, read.characters);
  }

  // As much of a text as the precision lets through, whole characters.
  static std::string_view cut(const Directive& read, std::string_view text) {
    if (!read.precision) return text;
    const auto most = static_cast<std::size_t>(*read.precision);
    std::size_t end = 0;
    for (std::size_t count = 0; end < text.size(); ++count) {
      const std::size_t size = utf8_size(text, end);
      if (read.characters ? count == most : end + size > most) break;
      end += size;
    }
    return text.substr(0, end);
  }

  void pad(const Directive& read, std::string_view text, bool by_characters = false) {
    const std::size_t size = by_characters ? utf8_length(text) : text.size();
    const auto width = static_cast<std::size_t>(read.width);
    const std::size_t blanks = width > size ? width - size : 0;
    if (!read.left) out_.append(blanks, ' ');
    out_ += text;
    if (read.left) out_.append(blanks, ' ');
    constexpr std::size_t kLongest = 100'000'000;
    if (out_.size() > kLongest) throw_invalid("printf(): the text exceeds 100 MB");
  }

  std::string_view format_;
  Arguments args_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t used_ = 0;
};

void format(Arguments args, VectorBuilder& out) {
  if (args[0].is_null()) return out.append_null();
  std::string buffer;
  out.append_text(Formatter(text_of(args[0], buffer), args.subspan(1)).write());
}

constexpr std::array<Function, 2> kFormatFunctions{{
    {"printf", 1, 255, "printf(format, value, …)",
     "as in SQLite: the values put into a format such as '%d of %5.2f'", kScalar, each_row<format>},
    {"format", 1, 255, "format(format, value, …)", "the same as printf", kScalar, each_row<format>},
}};

}  // namespace

std::span<const Function> format_functions() { return kFormatFunctions; }

}  // namespace arbors::expr
