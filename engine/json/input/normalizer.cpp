#include "engine/json/input/normalizer.h"

#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/json/values/scalar_reader.h"
#include "engine/json/values/writer.h"

namespace arbors::json {

bool Normalizer::append(TokenCursor& cursor, std::string& out, std::size_t max_nesting) {
  open_.clear();
  members_.clear();
  PolledSteps steps;
  do {
    steps.step();
    const char c = cursor.here();
    if (c == '{' || c == '[') {
      if (!open(cursor, out, max_nesting)) return false;
      continue;
    }
    if (c == '"' ? !string(cursor, out) : !scalar(cursor, out)) return false;
    if (!close_and_continue(cursor, out)) return false;
  } while (!open_.empty());
  return true;
}

// Passes an opening bracket and, in an object, the first key; closes what is empty.
bool Normalizer::open(TokenCursor& cursor, std::string& out, std::size_t max_nesting) {
  if (open_.size() == max_nesting) return false;
  const bool object = cursor.here() == '{';
  open_.push_back({object, out.size(), members_.size()});
  out += cursor.here();
  ++cursor.token;
  if (cursor.here() != (object ? '}' : ']')) return !object || key(cursor, out);
  out += cursor.here();
  ++cursor.token;
  open_.pop_back();
  return close_and_continue(cursor, out);
}

// After a value: passes closing brackets, then a comma and the next key.
bool Normalizer::close_and_continue(TokenCursor& cursor, std::string& out) {
  while (!open_.empty()) {
    const bool object = open_.back().object;
    if (object) members_.back().end = out.size();
    const char c = cursor.here();
    ++cursor.token;
    if (c == ',') {
      out += ',';
      return !object || key(cursor, out);
    }
    if (c != (object ? '}' : ']')) return false;
    out += c;
    if (object) close_object(out);
    open_.pop_back();
  }
  return true;
}

bool Normalizer::key(TokenCursor& cursor, std::string& out) {
  if (cursor.here() != '"') return false;
  Member& member = members_.emplace_back();
  member.key = out.size();
  if (!string(cursor, out) || cursor.here() != ':') return false;
  ++cursor.token;
  out += ':';
  member.value = out.size();
  return true;
}

bool Normalizer::string(TokenCursor& cursor, std::string& out) {
  const char* open = cursor.at();
  ++cursor.token;
  const char* close = closing_quote(open, cursor.at());
  if (close == nullptr) return false;
  const std::string_view raw(open + 1, static_cast<std::size_t>(close - open - 1));
  if (std::memchr(raw.data(), '\\', raw.size()) == nullptr) {
    out.append(open, raw.size() + 2);
    return true;
  }
  scratch_.clear();
  if (!unescape(raw, scratch_)) return false;
  write_string(out, scratch_);
  return true;
}

bool Normalizer::scalar(TokenCursor& cursor, std::string& out) {
  const char* begin = cursor.at();
  ++cursor.token;
  const auto left = static_cast<std::size_t>(cursor.end > begin ? cursor.end - begin : 0);
  const std::string_view rest(begin, left);
  for (const std::string_view word : {"true", "false", "null"}) {
    if (rest.substr(0, word.size()) == word) {
      out += word;
      return rest.size() == word.size() || ends_scalar(rest[word.size()]);
    }
  }
  if (left == 0 || (*begin != '-' && !is_digit(*begin))) return false;
  const Number number = parse_number(begin, cursor.end);
  switch (number.kind) {
    case NumberKind::Integer:
      write_integer(out, number.integer);
      return true;
    case NumberKind::Real:
      write_real(out, number.real);
      return true;
    case NumberKind::Big:
      write_big_number(out, {begin, static_cast<std::size_t>(number.stop - begin)});
      return true;
    case NumberKind::Malformed:
      return false;
  }
  return false;
}

void Normalizer::close_object(std::string& out) {
  const Open& object = open_.back();
  if (has_duplicates(out, object.first_member)) drop_duplicates(out, object);
  members_.resize(object.first_member);
}

// Keys are compared as written: minimal escaping gives equal keys equal bytes.
bool Normalizer::has_duplicates(std::string_view out, std::size_t first_member) {
  constexpr std::size_t kFew = 12;
  const auto key = [&](std::size_t i) {
    return out.substr(members_[i].key, members_[i].value - members_[i].key);
  };
  if (members_.size() - first_member > kFew) {
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = first_member; i < members_.size(); ++i) {
      if (!seen.insert(key(i)).second) return true;
    }
    return false;
  }
  for (std::size_t i = first_member; i < members_.size(); ++i) {
    for (std::size_t j = first_member; j < i; ++j) {
      if (key(i) == key(j)) return true;
    }
  }
  return false;
}

void Normalizer::drop_duplicates(std::string& out, const Open& object) {
  struct Kept {
    std::string_view key;
    std::string_view value;
  };
  std::unordered_map<std::string_view, std::size_t> place;
  std::vector<Kept> kept;
  const std::string_view all = out;
  for (std::size_t i = object.first_member; i < members_.size(); ++i) {
    const Member& member = members_[i];
    const std::string_view key = all.substr(member.key, member.value - member.key);
    const std::string_view value = all.substr(member.value, member.end - member.value);
    const auto [at, fresh] = place.emplace(key, kept.size());
    if (fresh) kept.push_back({key, value});
    kept[at->second].value = value;
  }
  std::string text;
  for (const Kept& member : kept) {
    text += text.empty() ? '{' : ',';
    text += member.key;
    text += member.value;
  }
  text += '}';
  out.replace(object.begin, std::string::npos, text);
}

std::string normalize(std::string_view text) { return ValueNormalizer().normalize(text); }

std::string ValueNormalizer::normalize(std::string_view text) {
  if (is_minimal_integer(text)) return std::string(text);
  return text.size() <= kMostKept ? run(text) : ValueNormalizer().run(text);
}

std::string ValueNormalizer::run(std::string_view text) {
  padded_ = text;
  padded_.push_back('\0');
  const std::string_view padded(padded_.data(), text.size());
  std::string out;
  if (index_.build(padded)) {
    if (minimal_.recognize(padded, index_.begin(), index_.end())) return std::string(text);
    out.reserve(text.size());
    TokenCursor cursor{padded.data(), index_.begin(), padded.data() + padded.size()};
    if (walk_.append(cursor, out) && cursor.token == index_.end()) return out;
  }
  const auto fault = find_fault(text);
  const std::string where = fault ? "byte " + std::to_string(fault->offset + 1) + ": " : "";
  throw_invalid("malformed JSON, " + where + (fault ? fault->reason : "it cannot be read"));
}

}  // namespace arbors::json
