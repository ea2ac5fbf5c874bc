// A regular expression compiled to a program and run on all its threads at once (Thompson 1968,
// Pike; see https://swtch.com/~rsc/regexp/regexp2.html): time grows with pattern × text, never
// exponentially, and the stack not at all. std::regex promises neither.
//
// Understands: . [a-z] [^…] \d \w \s \D \W \S \b \B \t \n \r \xHH ^ $ | ( ) (?: ) (?i) * + ? {n}
// {n,} {n,m} (lazy forms too, which find the same). Characters are Unicode's; \d \w \s are ASCII's.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace arbors::expr {

class Regex {
 public:
  // Throws Error{Invalid} with the byte of the pattern that is wrong.
  explicit Regex(std::string_view pattern);

  // Tells whether the pattern matches somewhere in the text.
  bool found_in(std::string_view text) const;

 private:
  friend class RegexCompiler;
  struct Step {
    enum class Kind : std::uint8_t { Class, Split, Jump, Begin, End, Edge, NoEdge, Found } kind;
    std::uint32_t first = 0;   // class number, or the next step
    std::uint32_t second = 0;  // Split: the other next step
  };
  struct CharacterClass {
    bool inverted = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool holds(char32_t c, bool fold_case) const;
  };
  struct Threads;

  // Adds a step, and those that it leads to without a character, at a place between characters.
  bool follow(std::uint32_t step, Threads& threads, bool begin, bool end, bool edge) const;

  bool fold_case_ = false;
  std::vector<Step> steps_;
  std::vector<CharacterClass> classes_;
};

}  // namespace arbors::expr
