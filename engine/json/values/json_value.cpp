#include "engine/json/values/json_value.h"

#include <vector>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

// Walks over the children of one container, value by value. Every byte is looked at within bounds;
// what does not parse is damage, for the text was checked when it came in.
class ChildReader {
 public:
  explicit ChildReader(std::string_view json) : json_(json) { skip_space(); }

  // Enters the container; false where the text is none of that kind.
  bool enter(char bracket) {
    if (peek() != bracket) return false;
    close_ = bracket == '{' ? '}' : ']';
    ++at_;
    skip_space();
    return true;
  }

  // Moves to the next child; false at the end of the container.
  bool next() {
    if (peek() == close_) return false;
    if (!first_) {
      expect(',');
      skip_space();
    }
    first_ = false;
    return true;
  }

  // Reads a member's key, between its quotes, and passes the colon.
  std::string_view raw_key() {
    const std::string_view key = string();
    skip_space();
    expect(':');
    skip_space();
    return key.substr(1, key.size() - 2);
  }

  std::string_view value() {
    steps_.step(1);
    const std::string_view raw = peek() == '"'                    ? string()
                                 : peek() == '{' || peek() == '[' ? container()
                                                                  : bare();
    skip_space();
    return raw;
  }

  [[noreturn]] static void damaged() { throw_corrupt("an opaque value is no JSON"); }

 private:
  char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void expect(char c) {
    if (peek() != c) damaged();
    ++at_;
  }
  void skip_space() {
    while (at_ < json_.size() && is_space(json_[at_])) ++at_;
  }

  std::string_view string() {
    const std::size_t begin = at_;
    expect('"');
    at_ = end_of_string(json_, begin);
    if (at_ == std::string_view::npos) damaged();
    return json_.substr(begin, at_ - begin);
  }

  std::string_view container() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        string();
        continue;
      }
      if (at_ >= json_.size()) damaged();
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
      steps_.step();
    } while (depth > 0);
    return json_.substr(begin, at_ - begin);
  }

  std::string_view bare() {
    const std::size_t begin = at_;
    while (at_ < json_.size() && !ends_scalar(json_[at_])) ++at_;
    if (at_ == begin) damaged();
    return json_.substr(begin, at_ - begin);
  }

  std::string_view json_;
  std::size_t at_ = 0;
  char close_ = '\0';
  bool first_ = true;
  PolledSteps steps_;
};

std::string unescaped(std::string_view raw) {
  std::string text;
  if (!unescape(raw, text)) throw_corrupt("an opaque value holds a malformed string");
  return text;
}

bool is_key(std::string_view raw, std::string_view key) {
  if (raw.size() < key.size()) return false;
  return raw.find('\\') == std::string_view::npos ? raw == key : unescaped(raw) == key;
}

enum class Duplicates : std::uint8_t { None, LastCounts };

// The last of duplicate keys counts, as everywhere.
std::string_view member(std::string_view json, std::string_view key, Duplicates duplicates) {
  ChildReader reader(json);
  std::string_view found;
  if (!reader.enter('{')) return found;
  while (reader.next()) {
    const std::string_view raw_key = reader.raw_key();
    const std::string_view value = reader.value();
    if (!is_key(raw_key, key)) continue;
    found = value;
    if (duplicates == Duplicates::None) break;
  }
  return found;
}

std::string_view element(std::string_view json, std::int64_t index) {
  ChildReader reader(json);
  if (!reader.enter('[')) return {};
  std::vector<std::string_view> all;
  while (reader.next()) {
    all.push_back(reader.value());
    if (index == static_cast<std::int64_t>(all.size()) - 1) return all.back();
  }
  const std::int64_t at = static_cast<std::int64_t>(all.size()) + index;
  return index < 0 && at >= 0 ? all[static_cast<std::size_t>(at)] : std::string_view();
}

JsonValue decode_number(std::string_view raw) {
  JsonValue value;
  const Number number = parse_number(raw.data(), raw.data() + raw.size());
  if (number.stop != raw.data() + raw.size())
    throw_corrupt("an opaque value holds a malformed scalar");
  value.integer = number.integer;
  value.real = number.real;
  value.kind = number.kind == NumberKind::Integer ? JsonKind::Integer
               : number.kind == NumberKind::Real  ? JsonKind::Real
                                                  : JsonKind::BigNumber;
  if (value.kind == JsonKind::BigNumber) write_big_number(value.text, raw);
  return value;
}

std::string_view raw_at(std::string_view json, std::span<const PathStep> steps,
                        Duplicates duplicates) {
  if (steps.empty()) return ChildReader(json).value();
  if (json.empty()) ChildReader::damaged();
  std::string_view raw = json;
  for (const PathStep& step : steps) {
    raw = step.kind == PathStep::Kind::Key     ? member(raw, step.key, duplicates)
          : step.kind == PathStep::Kind::Index ? element(raw, step.index)
                                               : std::string_view();
    if (raw.empty()) break;
  }
  return raw;
}

}  // namespace

std::string_view find_raw(std::string_view json, std::span<const PathStep> steps) {
  return raw_at(json, steps, Duplicates::LastCounts);
}

std::string_view find_raw_in_minimal(std::string_view json, std::span<const PathStep> steps) {
  return raw_at(json, steps, Duplicates::None);
}

JsonValue decode(std::string_view raw) {
  JsonValue value;
  if (raw.empty()) return value;
  switch (raw.front()) {
    case 'n':
      value.kind = JsonKind::Null;
      return value;
    case 'f':
      value.kind = JsonKind::False;
      return value;
    case 't':
      value.kind = JsonKind::True;
      return value;
    case '{':
      value.kind = JsonKind::Object;
      value.text = raw;
      return value;
    case '[':
      value.kind = JsonKind::Array;
      value.text = raw;
      return value;
    case '"':
      if (raw.size() < 2 || raw.back() != '"') throw_corrupt("an opaque value holds a cut string");
      value.kind = JsonKind::String;
      value.text = unescaped(raw.substr(1, raw.size() - 2));
      return value;
    default:
      return decode_number(raw);
  }
}

JsonValue find(std::string_view json, std::span<const PathStep> steps) {
  return decode(find_raw(json, steps));
}

JsonValue find_in_minimal(std::string_view json, std::span<const PathStep> steps) {
  return decode(find_raw_in_minimal(json, steps));
}

void for_each_element(std::string_view json, const std::function<bool(std::string_view)>& each) {
  ChildReader reader(json);
  if (!reader.enter('[')) return;
  while (reader.next()) {
    if (!each(reader.value())) return;
  }
}

void for_each_member(std::string_view json,
                     const std::function<bool(std::string_view, std::string_view)>& each) {
  ChildReader reader(json);
  if (!reader.enter('{')) return;
  while (reader.next()) {
    const std::string_view raw_key = reader.raw_key();
    const std::string_view value = reader.value();
    const bool plain = raw_key.find('\\') == std::string_view::npos;
    const std::string escaped = plain ? std::string() : unescaped(raw_key);
    if (!each(plain ? raw_key : std::string_view(escaped), value)) return;
  }
}

}  // namespace arbors::json
