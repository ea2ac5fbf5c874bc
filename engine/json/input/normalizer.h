// Rewrites JSON text minimally: no white space, minimal escapes, reals and integers as writer.h
// writes them, numbers beyond int64 and double with their digits kept. Of duplicate keys of one
// object the first's position and the last's value stay, as in Python's dict.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/input/minimal_text.h"
#include "engine/json/input/structural_index.h"
#include "engine/json/values/fault.h"

namespace arbors::json {

// Checks and rewrites one whole JSON value. Throws Error{Invalid} with the reason and the byte.
std::string normalize(std::string_view text);

// The walk behind it, over text that is indexed already. Keeps its memory between calls.
class Normalizer {
 public:
  // Appends the value at the cursor and moves past it. False where the value is malformed or opens
  // more than `max_nesting` brackets; the cursor and `out` are then of no use.
  bool append(TokenCursor& cursor, std::string& out, std::size_t max_nesting = kMaxNesting);

 private:
  struct Member {
    std::size_t key = 0;    // where the key begins in the output
    std::size_t value = 0;  // where its value begins
    std::size_t end = 0;    // where its value ends
  };
  struct Open {
    bool object = false;
    std::size_t begin = 0;         // where its bracket stands in the output
    std::size_t first_member = 0;  // in members_
  };

  bool open(TokenCursor& cursor, std::string& out, std::size_t max_nesting);
  bool key(TokenCursor& cursor, std::string& out);
  bool close_and_continue(TokenCursor& cursor, std::string& out);
  bool string(TokenCursor& cursor, std::string& out);
  bool scalar(TokenCursor& cursor, std::string& out);
  void close_object(std::string& out);
  bool has_duplicates(std::string_view out, std::size_t first_member);
  void drop_duplicates(std::string& out, const Open& object);

  std::vector<Open> open_;
  std::vector<Member> members_;
  std::string scratch_;
};

// normalize() for many values: keeps its memory between calls, up to a bound.
class ValueNormalizer {
 public:
  std::string normalize(std::string_view text);

 private:
  static constexpr std::size_t kMostKept = 256 << 10;  // bytes of text
  std::string run(std::string_view text);

  StructuralIndex index_;
  MinimalText minimal_;
  Normalizer walk_;
  std::string padded_;
};

}  // namespace arbors::json
