// The walk of one document over simdjson's structural index into the columns: checks its grammar
// and pushes its values. What it pushed before it failed is for the caller to take back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/batch/build/column_set.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/input/structural_index.h"
#include "engine/json/values/scalar_reader.h"

namespace arbors::batch {

class DocumentWalker {
 public:
  enum class Outcome : std::uint8_t {
    Added,
    Malformed,
    DuplicateKey,  // well-formed so far; add its normalized text instead
    LimitReached,  // well-formed so far; fold, then add it again
  };

  DocumentWalker(ColumnSet& columns, const BuilderLimits& limits);

  // Walks one value from the cursor into row `row` of the root. The value must end where the
  // document does.
  Outcome walk(const json::TokenCursor& cursor, std::uint32_t row);

 private:
  using Token = const std::uint32_t*;  // nullptr: stopped, see outcome_

  // The keys of an object so far: a node of its path's trie or, without one, a list.
  struct Keys {
    ShapeNode* node;
    std::size_t list;  // where the object's part of key_list_ begins
  };

  Token value(Token token, ColumnBuilder& column, std::uint32_t row);
  Token string(Token token, ColumnBuilder& column, std::uint32_t row);
  Token number(Token token, ColumnBuilder& column, std::uint32_t row);
  Token other_number(Token token, const json::Number& number, ColumnBuilder& column,
                     std::uint32_t row);
  Token word(Token token, std::string_view word, Tag tag, ColumnBuilder& column, std::uint32_t row);
  Token object(Token token, ColumnBuilder& column, std::uint32_t row);
  Token array(Token token, ColumnBuilder& column, std::uint32_t row);
  Token opaque(Token token, ColumnBuilder& column, std::uint32_t row);

  ColumnBuilder* unforeseen_key(Token token, ColumnBuilder& object, std::uint32_t row, Keys& keys);
  void begin_list(Keys& keys);
  std::uint32_t shape(ColumnBuilder& object, const Keys& keys);
  std::nullptr_t stop(Outcome outcome) {
    outcome_ = outcome;
    return nullptr;
  }

  ColumnSet& columns_;
  const std::size_t max_depth_;
  const std::size_t max_nesting_;
  const char* text_ = nullptr;
  const char* end_ = nullptr;
  Outcome outcome_ = Outcome::Added;
  json::Normalizer normalizer_;
  std::string scratch_;
  std::vector<PathId> key_list_;  // of objects that left the trie, the innermost last
  PolledSteps steps_;
};

}  // namespace arbors::batch
