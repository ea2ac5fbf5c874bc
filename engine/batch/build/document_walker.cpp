#include "engine/batch/build/document_walker.h"

#include <algorithm>
#include <cstring>

namespace arbors::batch {
namespace {

constexpr std::uint32_t kWalkedAtOnce = 0xFFF;  // between two questions whether to stop

}  // namespace

DocumentWalker::DocumentWalker(ColumnSet& columns, const BuilderLimits& limits)
    : columns_(columns), max_depth_(limits.max_depth), max_nesting_(limits.max_nesting) {}

DocumentWalker::Outcome DocumentWalker::walk(const json::TokenCursor& cursor, std::uint32_t row) {
  text_ = cursor.text;
  end_ = cursor.end;
  outcome_ = Outcome::Added;
  key_list_.clear();
  const Token after = value(cursor.token, columns_.root(), row);
  if (after == nullptr) return outcome_;
  const bool whole = text_ + *after >= end_ && text_ + after[-1] < end_;
  return whole ? Outcome::Added : Outcome::Malformed;
}

DocumentWalker::Token DocumentWalker::value(Token token, ColumnBuilder& column, std::uint32_t row) {
  switch (text_[*token]) {
    case '"':
      return string(token, column, row);
    case '{':
      return object(token, column, row);
    case '[':
      return array(token, column, row);
    case 't':
      return word(token, "true", Tag::True, column, row);
    case 'f':
      return word(token, "false", Tag::False, column, row);
    case 'n':
      return word(token, "null", Tag::Null, column, row);
    default:
      return number(token, column, row);
  }
}

DocumentWalker::Token DocumentWalker::string(Token token, ColumnBuilder& column,
                                             std::uint32_t row) {
  const char* open = text_ + *token;
  const char* close = json::closing_quote(open, text_ + token[1]);
  if (close == nullptr) return stop(Outcome::Malformed);
  std::string_view text(open + 1, static_cast<std::size_t>(close - open - 1));
  if (std::memchr(text.data(), '\\', text.size()) != nullptr) {
    scratch_.clear();
    if (!json::unescape(text, scratch_)) return stop(Outcome::Malformed);
    text = scratch_;
  }
  column.push(row, Tag::String);
  column.strings.add(text);
  return token + 1;
}

DocumentWalker::Token DocumentWalker::number(Token token, ColumnBuilder& column,
                                             std::uint32_t row) {
  const char* begin = text_ + *token;
  if (begin >= end_) return stop(Outcome::Malformed);
  const json::Number number = json::parse_number(begin, end_);
  if (number.kind != json::NumberKind::Integer) return other_number(token, number, column, row);
  column.push(row, Tag::Integer);
  column.integers.push_back(number.integer);
  return token + 1;
}

DocumentWalker::Token DocumentWalker::other_number(Token token, const json::Number& number,
                                                   ColumnBuilder& column, std::uint32_t row) {
  if (number.kind == json::NumberKind::Malformed) return stop(Outcome::Malformed);
  if (number.kind == json::NumberKind::Real) {
    column.push(row, Tag::Real);
    column.reals.push_back(number.real);
    return token + 1;
  }
  const char* begin = text_ + *token;
  column.push(row, Tag::BigNumber);
  scratch_.clear();
  json::write_big_number(scratch_, {begin, static_cast<std::size_t>(number.stop - begin)});
  column.big_numbers.add(scratch_);
  return token + 1;
}

DocumentWalker::Token DocumentWalker::word(Token token, std::string_view word, Tag tag,
                                           ColumnBuilder& column, std::uint32_t row) {
  const char* begin = text_ + *token;
  const auto left = static_cast<std::size_t>(end_ - std::min(begin, end_));
  const bool whole = left >= word.size() && std::memcmp(begin, word.data(), word.size()) == 0 &&
                     (left == word.size() || json::ends_scalar(begin[word.size()]));
  if (!whole) return stop(Outcome::Malformed);
  column.push(row, tag);
  return token + 1;
}

DocumentWalker::Token DocumentWalker::opaque(Token token, ColumnBuilder& column,
                                             std::uint32_t row) {
  json::TokenCursor cursor{text_, token, end_};
  scratch_.clear();
  if (!normalizer_.append(cursor, scratch_, max_nesting_ - column.depth)) {
    return stop(Outcome::Malformed);
  }
  column.push(row, Tag::Opaque);
  column.opaque.add(scratch_);
  return cursor.token;
}

DocumentWalker::Token DocumentWalker::array(Token token, ColumnBuilder& column, std::uint32_t row) {
  if (column.depth >= max_depth_ || column.opaque_arrays) return opaque(token, column, row);
  column.push(row, Tag::Array);
  column.lengths.push_back(0);
  ++token;
  if (text_[*token] == ']') return token + 1;
  ColumnBuilder* elements = columns_.elements(column);
  if (elements == nullptr) return stop(Outcome::LimitReached);
  while (true) {
    if ((++column.lengths.back() & kWalkedAtOnce) == 0) steps_.step(kWalkedAtOnce);
    token = value(token, *elements, elements->rows++);
    if (token == nullptr) return nullptr;
    const char c = text_[*token++];
    if (c == ',') continue;
    steps_.step(column.lengths.back() & kWalkedAtOnce);
    return c == ']' ? token : stop(Outcome::Malformed);
  }
}

DocumentWalker::Token DocumentWalker::object(Token token, ColumnBuilder& column,
                                             std::uint32_t row) {
  if (column.depth >= max_depth_ || column.opaque_objects) return opaque(token, column, row);
  column.push(row, Tag::Object);
  column.shape_of.push_back(0);
  Keys keys{column.trie.root(), key_list_.size()};
  ++token;
  if (text_[*token] == '}') {
    column.shape_of.back() = shape(column, keys);
    return token + 1;
  }
  while (true) {
    ColumnBuilder* child = nullptr;
    if (const char* key = text_ + *token;
        keys.node != nullptr && *key == '"' && keys.node->first.matches(key + 1, end_)) {
      child = keys.node->first.child;
      keys.node = keys.node->first.next;
    } else {
      child = unforeseen_key(token, column, row, keys);
      if (child == nullptr) return nullptr;
    }
    if (text_[token[1]] != ':') return stop(Outcome::Malformed);
    token = value(token + 2, *child, row);
    if (token == nullptr) return nullptr;
    const char c = text_[*token++];
    if (c == ',') continue;
    if (c != '}') return stop(Outcome::Malformed);
    column.shape_of.back() = shape(column, keys);
    return token;
  }
}

ColumnBuilder* DocumentWalker::unforeseen_key(Token token, ColumnBuilder& object, std::uint32_t row,
                                              Keys& keys) {
  const char* open = text_ + *token;
  if (*open != '"') return stop(Outcome::Malformed);
  if (keys.node != nullptr) {
    if (const ShapeEdge* edge = object.trie.follow(*keys.node, open + 1, end_)) {
      keys.node = edge->next;
      return edge->child;
    }
  }
  const char* close = json::closing_quote(open, text_ + token[1]);
  if (close == nullptr) return stop(Outcome::Malformed);
  const std::string_view raw(open + 1, static_cast<std::size_t>(close - open - 1));
  std::string_view key = raw;
  if (raw.find('\\') != std::string_view::npos) {
    scratch_.clear();
    if (!json::unescape(raw, scratch_)) return stop(Outcome::Malformed);
    key = scratch_;
  }
  ColumnBuilder* child = columns_.child(object, key);
  if (child == nullptr) return stop(Outcome::LimitReached);
  if (child->has_row(row)) return stop(Outcome::DuplicateKey);
  if (keys.node != nullptr) {
    if (const ShapeEdge* edge = object.trie.add(*keys.node, raw, child)) {
      keys.node = edge->next;
      return child;
    }
    begin_list(keys);
  }
  key_list_.push_back(child->id);
  return child;
}

// Leaves the trie: lists the keys so far.
void DocumentWalker::begin_list(Keys& keys) {
  for (const ShapeNode* at = keys.node; at->parent != nullptr; at = at->parent) {
    key_list_.push_back(at->last_key->id);
  }
  std::reverse(key_list_.begin() + static_cast<std::ptrdiff_t>(keys.list), key_list_.end());
  keys.node = nullptr;
}

std::uint32_t DocumentWalker::shape(ColumnBuilder& object, const Keys& keys) {
  if (keys.node != nullptr && keys.node->shape != ShapeNode::kUnnamed) return keys.node->shape;
  ShapeNode* end = keys.node;
  Keys listed = keys;
  if (end != nullptr) begin_list(listed);
  const auto first = key_list_.begin() + static_cast<std::ptrdiff_t>(keys.list);
  const std::uint32_t code =
      columns_.shape_code(object, std::vector<PathId>(first, key_list_.end()));
  key_list_.erase(first, key_list_.end());
  if (end != nullptr) end->shape = code;
  return code;
}

}  // namespace arbors::batch
