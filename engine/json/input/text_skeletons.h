// What stands between the scalars of JSON texts: brackets, commas, keys and colons. Texts from one
// source share that, piece by piece. A text that is made of the pieces of one known before, with
// other scalars between them, needs none of its keys looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::json {

class TextSkeletons {
 public:
  struct Piece {
    std::uint32_t bytes = 0;
    std::uint32_t tokens = 0;  // of the structural index
    bool last = false;         // the text ends behind it; else a scalar follows
  };

  TextSkeletons() { forget(); }

  void begin() { at_ = kRoot; }
  // Moves on to the piece that a text, from the end of its last scalar on, continues with; nullptr
  // where no known text does.
  const Piece* next(std::string_view rest);

  // Learns of a text without white space that is well-formed, unless it is long. `token` to `end`
  // are its structural index.
  void learn(std::string_view text, const std::uint32_t* token, const std::uint32_t* end);

 private:
  static constexpr std::uint32_t kRoot = 0, kNone = 0;
  static constexpr std::size_t kMostNodes = 1024, kMostBytes = 64 << 10;  // of all texts
  static constexpr unsigned kMostChildren = 16;
  static constexpr std::size_t kMostScalars = 256;  // of a text that is learned
  static constexpr unsigned kMostMisses = 4096;     // while there is no room to learn more

  struct Node {
    Piece piece;
    std::uint32_t text = 0;       // where the piece begins in text_
    std::uint32_t child = kNone;  // the one that was met last
    std::uint32_t ring = kNone;   // the next child of the same parent, of the last one the first
    std::uint32_t children = 0;
  };

  bool continues(const Node& node, std::string_view rest) const;
  // Gives a node's child for a piece, a new one where there is none; kNone where there is no room.
  std::uint32_t child_for(std::uint32_t parent, std::string_view piece, Piece facts);
  void forget();

  std::vector<Node> nodes_;
  std::string text_;
  std::uint32_t at_ = kRoot;
  unsigned misses_ = 0;
};

}  // namespace arbors::json
