#include "engine/json/binary/jsonb.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/json/values/fault.h"
#include "engine/json/values/scalar_reader.h"
#include "engine/json/values/utf8.h"
#include "engine/json/values/writer.h"

namespace arbors::json {
namespace {

// The low four bits of an element's first byte. Stored by SQLite, never to change.
enum class Type : unsigned char {
  Null,
  True,
  False,
  Integer,
  Integer5,  // hexadecimal, or with a sign or zeros that JSON has not
  Real,
  Real5,  // without a digit before or after the point, Infinity, NaN
  Text,
  TextJson,  // with JSON's escapes
  Text5,     // with JSON5's escapes
  TextRaw,   // to be escaped
  Array,
  Object,
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What JSON5 escapes and JSON does not, but for \xhh: longer ones first. Ends of lines are dropped.
constexpr std::pair<std::string_view, std::string_view> kEscapes5[] = {
    {"v", "\\u000b"}, {"0", "\\u0000"}, {"'", "'"},     {"\r\n", ""},
    {"\r", ""},       {"\n", ""},       {"\u2028", ""}, {"\u2029", ""}};

class Reader {
 public:
  explicit Reader(std::string_view blob) : blob_(blob) {}

  std::optional<std::string> read() {
    std::size_t at = 0;
    if (!element(at, blob_.size(), 0, false) || at != blob_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  // Reads the element at `at`, which ends before `end`.
  bool element(std::size_t& at, std::size_t end, std::size_t depth, bool key) {
    if (at >= end) return false;
    const auto first = static_cast<unsigned char>(blob_[at++]);
    std::uint64_t size = first >> 4;
    if (size > 11) {
      const std::size_t bytes = std::size_t{1} << (size - 12);
      if (end - at < bytes) return false;
      size = 0;
      for (std::size_t i = 0; i < bytes; ++i)
        size = size << 8 | static_cast<unsigned char>(blob_[at++]);
    }
    if (size > end - at) return false;
    const std::string_view payload = blob_.substr(at, size);
    const std::size_t begin = at;
    at += size;
    const auto type = static_cast<Type>(first & 15);
    if (key && (type < Type::Text || type > Type::TextRaw)) return false;
    return type >= Type::Array ? container(type, begin, at, depth) : scalar(type, payload);
  }

  bool container(Type type, std::size_t at, std::size_t end, std::size_t depth) {
    if (type > Type::Object || depth == kMaxNesting) return false;
    const bool object = type == Type::Object;
    out_ += object ? '{' : '[';
    for (std::size_t count = 0; at < end; ++count) {
      const bool value = object && count % 2 == 1;
      if (count > 0) out_ += value ? ':' : ',';
      if (!element(at, end, depth + 1, object && !value)) return false;
      if (object && !value && at >= end) return false;
    }
    out_ += object ? '}' : ']';
    return true;
  }

  bool scalar(Type type, std::string_view payload) {
    switch (type) {
      case Type::Null:
        return word("null", payload);
      case Type::True:
        return word("true", payload);
      case Type::False:
        return word("false", payload);
      case Type::Integer:
      case Type::Real:
        return plain(payload);
      case Type::Integer5:
        return integer5(payload);
      case Type::Real5:
        return real5(payload);
      case Type::Text:
      case Type::TextJson:
        return plain('"' + std::string(payload) + '"');
      case Type::Text5:
        return text5(payload);
      default:
        if (!is_utf8(payload)) return false;
        write_string(out_, payload);
        return true;
    }
  }

  bool word(std::string_view word, std::string_view payload) {
    out_ += word;
    return payload.empty();
  }

  // JSON as it is.
  bool plain(std::string_view text) {
    if (text.empty() || is_space(text.front()) || is_space(text.back()) || find_fault(text))
      return false;
    out_ += text;
    return true;
  }

  bool integer5(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.size() < 3 || text[0] != '0' || (text[1] | 0x20) != 'x') return real5(text, negative);
    std::uint64_t number = 0;
    for (const char c : text.substr(2)) {
      const int digit = hex_value(c);
      if (digit < 0 || number >> 60 != 0) return false;
      number = number * 16 + static_cast<std::uint64_t>(digit);
    }
    return plain((negative ? "-" : "") + std::to_string(number));
  }

  bool real5(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    return real5(text, negative);
  }

  bool real5(std::string_view text, bool negative) {
    if (text == "NaN" || text == "nan") return word("null", {});
    // As SQLite writes it: a number beyond every double.
    if (text == "Infinity" || text == "inf") return plain(negative ? "-9e999" : "9e999");
    std::string number = negative ? "-" : "";
    if (text.starts_with('.')) number += '0';
    for (std::size_t i = 0; i < text.size(); ++i) {
      number += text[i];
      const bool digit_follows = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
      if (text[i] == '.' && !digit_follows) number += '0';
    }
    return plain(number);
  }

  bool text5(std::string_view text) {
    std::string json = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        if (text[i] == '"') json += '\\';
        json += text[i];
      } else if (!escape5(text, ++i, json)) {
        return false;
      }
    }
    return plain(json + '"');
  }

  // Reads what follows a backslash; `at` is left on its last byte.
  static bool escape5(std::string_view text, std::size_t& at, std::string& json) {
    if (at >= text.size()) return false;
    const std::string_view rest = text.substr(at);
    if (rest.front() == 'x') {
      if (rest.size() < 3 || hex_value(rest[1]) < 0 || hex_value(rest[2]) < 0) return false;
      json.append("\\u00").append(rest, 1, 2);
      at += 2;
      return true;
    }
    for (const auto& [escaped, meant] : kEscapes5) {
      if (!rest.starts_with(escaped)) continue;
      json += meant;
      at += escaped.size() - 1;
      return true;
    }
    json += '\\';
    json += rest.front();
    return true;
  }

  std::string_view blob_;
  std::string out_;
};

}  // namespace

std::optional<std::string> jsonb_to_text(std::string_view blob) { return Reader(blob).read(); }

}  // namespace arbors::json
