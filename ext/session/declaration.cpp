#include "ext/session/declaration.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/error.h"
#include "engine/json/values/utf8.h"
#include "ext/session/session.h"
#include "sql/access/statement.h"
#include "sql/tables/options.h"

namespace arbors::ext {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' ||
         u == '$' || u >= 0x80;
}

// Reads one argument's words as SQL does: bare words, the three kinds of quoted identifiers, and a
// type's parenthesized size.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) { skip_space(); }

  bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    skip_space();
    return true;
  }
  std::string word() {
    if (done()) fail("a word is missing");
    std::string word;
    const char open = text_[at_];
    if (open == '"' || open == '`' || open == '\'' || open == '[') {
      word = quoted(open == '[' ? ']' : open);
    } else {
      const std::size_t start = at_;
      while (!done() && is_word(text_[at_])) ++at_;
      if (at_ == start) fail("expected a name");
      if (at('.')) fail("a name with dots stands in double quotes");
      word = text_.substr(start, at_ - start);
    }
    skip_space();
    return word;
  }
  std::string parenthesized() {
    const std::size_t end = text_.find(')', at_);
    if (end == std::string_view::npos) fail("')' is missing");
    std::string inside(text_.substr(at_, end + 1 - at_));
    at_ = end + 1;
    skip_space();
    return inside;
  }
  bool at(char c) const { return !done() && text_[at_] == c; }
  std::string rest() {
    std::string_view left = text_.substr(at_);
    while (!left.empty() && is_space(left.back())) left.remove_suffix(1);
    at_ = text_.size();
    return std::string(left);
  }
  [[noreturn]] void fail(std::string_view why) const {
    throw_invalid("arbor argument '" + std::string(text_) + "': " + std::string(why));
  }

 private:
  std::string quoted(char close) {
    std::string word;
    for (++at_; !done(); ++at_) {
      if (text_[at_] == close) {
        const bool twice = close != ']' && at_ + 1 < text_.size() && text_[at_ + 1] == close;
        if (!twice) {
          ++at_;
          return word;
        }
        ++at_;
      }
      word += text_[at_];
    }
    fail("a quoted name does not end");
  }
  void skip_space() {
    while (!done() && is_space(text_[at_])) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Collation parse_collation(const Words& words, const std::string& name) {
  for (const Collation collation : {Collation::Binary, Collation::NoCase, Collation::RTrim})
    if (lower_ascii(name) == lower_ascii(collation_name(collation))) return collation;
  words.fail("only the collations BINARY, NOCASE and RTRIM can be declared");
}

bool is_reserved(const std::string& name) {
  return std::ranges::count(store::kHiddenColumns, lower_ascii(name)) > 0;
}

constexpr const char* kNoConstraints = "constraints cannot be declared on an Arbor's columns";

// Tells the first words of SQL's table constraints, which are no bare names of columns in SQL
// either.
bool begins_constraint(const std::string& name) {
  const std::string low = lower_ascii(name);
  return low == "constraint" || low == "primary" || low == "unique" || low == "check" ||
         low == "foreign";
}

DeclaredColumn parse_column(Words& words, std::string name) {
  static constexpr std::string_view kConstraints[] = {
      "constraint", "primary",    "not",       "null", "unique", "check",
      "default",    "references", "generated", "as",   "hidden"};
  DeclaredColumn column;
  column.path = store::declared_path(name);
  column.name = std::move(name);
  if (column.name.empty()) words.fail("a column needs a name");
  if (is_reserved(column.name)) words.fail("the name of a hidden column cannot be declared");
  while (!words.done()) {
    if (words.at('(')) {
      column.type += words.parenthesized();
      continue;
    }
    const std::string word = words.word();
    const std::string low = lower_ascii(word);
    if (low == "collate") {
      column.collation = parse_collation(words, words.word());
      continue;
    }
    if (std::find(std::begin(kConstraints), std::end(kConstraints), low) != std::end(kConstraints))
      words.fail(kNoConstraints);
    if (!column.type.empty()) column.type += ' ';
    column.type += word;
  }
  column.affinity = affinity_of_type(column.type);
  return column;
}

std::uint32_t parse_number(const Words& words, const std::string& text, std::uint32_t low,
                           std::uint32_t high) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number < low || number > high)
    words.fail("expected a number from " + std::to_string(low) + " to " + std::to_string(high));
  return number;
}

void parse_option(Words& words, const std::string& name, Declaration& declaration) {
  const std::string low = lower_ascii(name);
  if (low == "retain_for") {
    const bool quoted = words.at('\'') || words.at('"');
    declaration.retain_for = quoted ? words.word() : words.rest();
    if (!words.done() || declaration.retain_for.empty()) words.fail("expected an age: '7 days'");
    return;
  }
  const std::string value = words.rest();
  if (low == "key") {
    if (value.empty()) words.fail("expected a path, or (path, path, …)");
    declaration.key = value;
  } else if (low == "batch_trees") {
    declaration.batch_trees = parse_number(words, value, 1, store::kMostDeclaredBatchTrees);
  } else if (low == "retain") {
    declaration.retain = parse_number(words, value, 1, store::kMostRetain);
  } else if (low == "columns") {
    const std::string which = lower_ascii(value);
    if (which != "declared" && which != "all")
      words.fail("expected columns=declared or columns=all");
    declaration.found_columns = which == "all";
  } else {
    words.fail("unknown option (there are: batch_trees, columns, key, retain, retain_for)");
  }
}

}  // namespace

Declaration parse_declaration(std::span<const char* const> arguments) {
  Declaration declaration;
  for (const char* argument : arguments) {
    Words words(argument);
    if (!json::is_utf8(argument)) words.fail("it is no UTF-8");
    if (words.done()) {
      if (arguments.size() == 1) break;  // arbor()
      words.fail("an argument is empty");
    }
    const bool quoted = words.at('"') || words.at('[') || words.at('`') || words.at('\'');
    std::string name = words.word();
    if (!quoted && words.take('=')) {
      parse_option(words, name, declaration);
      continue;
    }
    if (!quoted && begins_constraint(name)) words.fail(kNoConstraints);
    DeclaredColumn column = parse_column(words, std::move(name));
    for (const DeclaredColumn& other : declaration.columns)
      if (lower_ascii(other.name) == lower_ascii(column.name))
        throw_invalid("duplicate column name: " + column.name);
    declaration.columns.push_back(std::move(column));
  }
  if (declaration.columns.size() > 1'900) throw_invalid("an Arbor exposes at most 1,900 columns");
  return declaration;
}

std::string quote_identifier(std::string_view name) { return store::quoted_name(name); }

std::string_view collation_name(Collation collation) {
  switch (collation) {
    case Collation::NoCase:
      return "NOCASE";
    case Collation::RTrim:
      return "RTRIM";
    case Collation::Binary:
      break;
  }
  return "BINARY";
}

}  // namespace arbors::ext
