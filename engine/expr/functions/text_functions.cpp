// Functions on texts, with SQLite's meaning where SQLite has them: case is ASCII's, positions count
// characters from 1, numbers are seen as their texts.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/evaluate/text_column.h"
#include "engine/expr/evaluate/text_rows.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/functions/host_call.h"
#include "engine/expr/search/code_points.h"
#include "engine/expr/search/text_search.h"
#include "engine/json/values/writer.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

template <char first, char last, int shift>
void change_case(Arguments args, VectorBuilder& out) {
  std::string text;
  append_text(text, args[0]);
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  out.append_text(text);
}

// The whole of a column of texts, changed.
template <char first, char last, int shift>
void change_cases(CallFrame& frame) {
  if (!holds_texts(frame.args[0])) return each_known_row<change_case<first, last, shift>>(frame);
  TextColumn column(frame.rows);
  std::string changed;
  const auto change = [&](std::uint32_t, std::string_view text) {
    changed.assign(text);
    for (char& c : changed) c = c >= first && c <= last ? static_cast<char>(c + shift) : c;
    column.append(column.entry(changed));
  };
  each_text(frame.args[0], frame.rows, change, [&](std::uint32_t) { column.append_null(); });
  frame.result = column.finish();
}

// A NUL ends a text here, as in SQLite.
std::int64_t characters_of(std::string_view text) {
  return static_cast<std::int64_t>(utf8_length(text.substr(0, text.find('\0'))));
}

void length(Arguments args, VectorBuilder& out) {
  std::string buffer;
  out.append_integer(characters_of(text_of(args[0], buffer)));
}

// An integer for each text of a column, NULL for NULL.
template <typename Count>
batch::VectorPtr count_in_texts(const CallFrame& frame, Count count) {
  auto out = std::make_shared<batch::Vector>();
  out->rows = frame.rows;
  out->uniform = batch::Tag::Integer;
  out->kinds = batch::tag_bit(batch::Tag::Integer);
  out->integers.resize(frame.rows);
  const auto null = [&](std::uint32_t i) {
    if (out->tags.empty())
      out->tags.assign(frame.rows, static_cast<std::uint8_t>(batch::Tag::Integer));
    out->tags[i] = static_cast<std::uint8_t>(batch::Tag::Null);
    out->kinds |= batch::tag_bit(batch::Tag::Null);
  };
  each_text(
      frame.args[0], frame.rows,
      [&](std::uint32_t i, std::string_view text) { out->integers[i] = count(text); }, null);
  return out;
}

void lengths(CallFrame& frame) {
  if (!holds_texts(frame.args[0])) return each_known_row<length>(frame);
  frame.result = count_in_texts(frame, characters_of);
}

// Finds the byte where character `count` begins, or the end.
std::size_t byte_of(std::string_view text, std::int64_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += utf8_size(text, at);
  return at;
}

// Versions of SQLite differ in what positions beyond 32 bits mean.
bool cuts_otherwise(Arguments args) {
  constexpr std::int64_t kMost = 0x7FFFFFFE;
  for (const Scalar& arg : args)
    if (arg.is_null()) return true;
  for (const Scalar& arg : args.subspan(1))
    if (to_integer(arg) > kMost || to_integer(arg) < -kMost) return true;
  return false;
}

constexpr std::int64_t kMaxLength = 1'000'000'000;  // SQLite's longest text for "all the rest"

std::string_view cut(std::string_view text, std::int64_t first, std::int64_t count) {
  text = text.substr(0, text.find('\0'));  // which ends a text here, as in SQLite
  const auto characters = static_cast<std::int64_t>(utf8_length(text));
  const bool backwards = count < 0;
  if (backwards) count = -count;
  if (first < 0) {
    first += characters;
    if (first < 0) {
      count = std::max<std::int64_t>(0, count + first);
      first = 0;
    }
  } else if (first > 0) {
    --first;
  } else if (count > 0) {
    --count;
  }
  if (backwards) {
    first -= count;
    if (first < 0) {
      count += first;
      first = 0;
    }
  }
  const std::size_t begin = byte_of(text, first);
  const std::string_view rest = text.substr(begin);
  return rest.substr(0, byte_of(rest, count));
}

void substr(Arguments args, VectorBuilder& out) {
  std::string buffer;
  const std::string_view text = text_of(args[0], buffer);
  const std::int64_t count = args.size() > 2 ? to_integer(args[2]) : kMaxLength;
  out.append_text(cut(text, to_integer(args[1]), count));
}

// Tells whether each of the first bytes of a text is a character.
bool begins_plainly(std::string_view text, std::size_t bytes) {
  unsigned char other = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    other |= static_cast<unsigned char>((c - 1U) | c);  // the highest bit: of 0, and from 128 on
  }
  return other < 0x80;
}

// Cuts texts at places that are the same for all rows.
void substrings(CallFrame& frame) {
  std::vector<Scalar> args{Scalar(std::string_view())};  // the text's place, and constants
  for (std::size_t arg = 1; arg < frame.args.size(); ++arg)
    if (frame.args[arg].is_constant()) args.push_back(Scalar(frame.args[arg].constant()));
  if (!holds_texts(frame.args[0]) || args.size() < frame.args.size() || cuts_otherwise(args))
    return host_rows_where<"substr", cuts_otherwise, substr>(frame);
  const std::int64_t first = to_integer(args[1]);
  const std::int64_t count = args.size() > 2 ? to_integer(args[2]) : kMaxLength;
  constexpr std::int64_t kFew = 64;
  const bool near = first > 0 && first <= kFew && count >= 0 && count <= kFew;
  const auto begin = static_cast<std::size_t>(near ? first - 1 : 0);
  const auto end = begin + static_cast<std::size_t>(near ? count : 0);
  TextColumn column(frame.rows);
  const auto append = [&](std::uint32_t, std::string_view text) {
    const bool plain = near && text.size() >= end && begins_plainly(text, end);
    column.append(
        column.shared_entry(plain ? text.substr(begin, end - begin) : cut(text, first, count)));
  };
  each_text(frame.args[0], frame.rows, append, [&](std::uint32_t) { column.append_null(); });
  frame.result = column.finish();
}

template <bool left, bool right>
void trim(Arguments args, VectorBuilder& out) {
  std::string buffer;
  std::string set_buffer;
  std::string_view text = text_of(args[0], buffer);
  std::string_view set = args.size() > 1 ? text_of(args[1], set_buffer) : " ";
  set = set.substr(0, set.find('\0'));  // which ends a text here, as in SQLite
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < set.size(); at += characters.back().size()) {
    characters.push_back(set.substr(at, utf8_size(set, at)));
  }
  PolledSteps steps;
  const auto cut = [&](auto fits, auto remove) {
    for (bool again = left || right; again;) {
      const auto found = std::find_if(characters.begin(), characters.end(), fits);
      again = found != characters.end();
      if (again) remove(found->size());
      steps.step(1 + characters.size());
    }
  };
  if (left) {
    cut([&](std::string_view c) { return text.starts_with(c); },
        [&](std::size_t size) { text.remove_prefix(size); });
  }
  if (right) {
    cut([&](std::string_view c) { return text.ends_with(c); },
        [&](std::size_t size) { text.remove_suffix(size); });
  }
  out.append_text(text);
}

// Versions of SQLite differ in what replacing nothing gives.
bool replaces_otherwise(Arguments args) {
  for (const Scalar& arg : args)
    if (arg.is_null()) return true;
  return args[1].is_text() && (args[1].text.empty() || args[1].text.front() == '\0');
}

void replace(Arguments args, VectorBuilder& out) {
  std::array<std::string, 3> buffers;
  const std::string_view text = text_of(args[0], buffers[0]);
  const std::string_view from = text_of(args[1], buffers[1]);
  const std::string_view to = text_of(args[2], buffers[2]);
  // One text may name another many times over: known before it is made.
  std::size_t size = text.size();
  PolledSteps steps;
  for (std::size_t hit = find_text(text, from); hit != std::string_view::npos;
       hit = find_text(text, from, hit + from.size())) {
    size += to.size() - from.size();  // modulo 2^64, as the sum is
    steps.step();
  }
  if (size > batch::kMostTextBytes)
    throw Error(ErrorCode::Limit, "replace() would make a text of " + std::to_string(size) +
                                      " bytes; the longest has " +
                                      std::to_string(batch::kMostTextBytes));
  std::string result;
  result.reserve(size);
  std::size_t at = 0;
  for (std::size_t hit; (hit = find_text(text, from, at)) != std::string_view::npos;) {
    result.append(text, at, hit - at).append(to);
    steps.step(1 + to.size() / kBytesAStep);
    at = hit + from.size();
  }
  out.append_text(result.append(text, at));
}

void unicode(Arguments args, VectorBuilder& out) {
  std::string buffer;
  const std::string_view text = text_of(args[0], buffer);
  std::size_t at = 0;
  if (text.empty() || text[0] == '\0') return out.append_null();
  out.append_integer(static_cast<std::int64_t>(utf8_next(text, at)));
}

void characters(Arguments args, VectorBuilder& out) {
  std::string text;
  for (const Scalar& arg : args) {
    const std::int64_t c = to_integer(arg);
    const bool valid = c >= 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    append_utf8(text, valid ? static_cast<char32_t>(c) : U'\uFFFD');
  }
  out.append_text(text);
}

void hex(Arguments args, VectorBuilder& out) {
  std::string buffer;
  std::string digits;
  for (const char c : text_of(args[0], buffer)) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    digits += kDigits[static_cast<unsigned char>(c) >> 4];
    digits += kDigits[static_cast<unsigned char>(c) & 15];
  }
  out.append_text(digits);
}

// A literal of SQL.
bool is_real(Arguments args) { return args[0].kind == ValueKind::Real; }
void quote(Arguments args, VectorBuilder& out) {
  std::string literal;
  if (args[0].is_null()) {
    literal = "NULL";
  } else if (args[0].is_number()) {
    append_text(literal, args[0]);
  } else {
    literal = '\'';
    const std::string_view text = args[0].text.substr(0, args[0].text.find('\0'));
    for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
    literal += '\'';
  }
  out.append_text(literal);
}

void concat_texts(Arguments args, VectorBuilder& out) {
  std::string text;
  for (const Scalar& arg : args)
    if (!arg.is_null()) append_text(text, arg);
  out.append_text(text);
}

void concat_with_separator(Arguments args, VectorBuilder& out) {
  if (args[0].is_null()) return out.append_null();
  std::string text;
  bool first = true;
  for (const Scalar& arg : args.subspan(1)) {
    if (arg.is_null()) continue;
    if (!first) append_text(text, args[0]);
    first = false;
    append_text(text, arg);
  }
  out.append_text(text);
}

void octet_length(Arguments args, VectorBuilder& out) {
  std::string buffer;
  out.append_integer(static_cast<std::int64_t>(text_of(args[0], buffer).size()));
}
void octet_lengths(CallFrame& frame) {
  if (!holds_texts(frame.args[0])) return each_known_row<octet_length>(frame);
  frame.result = count_in_texts(
      frame, [](std::string_view text) { return static_cast<std::int64_t>(text.size()); });
}

constexpr std::array<Function, 16> kTextFunctions{{
    {"upper", 1, 1, "upper(text)", "ASCII letters in upper case", kScalar,
     change_cases<'a', 'z', -32>},
    {"lower", 1, 1, "lower(text)", "ASCII letters in lower case", kScalar,
     change_cases<'A', 'Z', 32>},
    {"length", 1, 1, "length(text)", "number of characters", kScalar, lengths},
    {"substr", 2, 3, "substr(text, first [, count])",
     "characters from position first, counted from 1, from the end where negative", kScalar,
     substrings},
    {"substring", 2, 3, "substring(text, first [, count])", "the same as substr", kScalar,
     substrings},
    {"trim", 1, 2, "trim(text [, characters])", "text without spaces (or characters) at its ends",
     kScalar, each_known_row<trim<true, true>>},
    {"ltrim", 1, 2, "ltrim(text [, characters])", "the same at its beginning", kScalar,
     each_known_row<trim<true, false>>},
    {"rtrim", 1, 2, "rtrim(text [, characters])", "the same at its end", kScalar,
     each_known_row<trim<false, true>>},
    {"replace", 3, 3, "replace(text, from, to)", "text with every from replaced by to", kScalar,
     host_rows_where<"replace", replaces_otherwise, replace>},
    {"unicode", 1, 1, "unicode(text)", "code point of the first character", kScalar,
     each_known_row<unicode>},
    {"hex", 1, 1, "hex(text)", "the text's bytes in hexadecimal", kScalar, each_row<hex>},
    {"quote", 1, 1, "quote(value)", "the value as a literal of SQL", kScalar,
     host_rows_where<"quote", is_real, quote>},
    {"concat", 1, 255, "concat(value, …)", "the values' texts in one; NULL counts as none", kScalar,
     each_row<concat_texts>},
    {"concat_ws", 2, 255, "concat_ws(separator, value, …)",
     "the same with the separator between them", kScalar, each_row<concat_with_separator>},
    {"octet_length", 1, 1, "octet_length(text)", "number of bytes", kScalar, octet_lengths},
    {"char", 0, 255, "char(code, …)", "the characters of these code points", kScalar,
     each_row<characters>},
}};

}  // namespace

std::span<const Function> text_functions() { return kTextFunctions; }

}  // namespace arbors::expr
