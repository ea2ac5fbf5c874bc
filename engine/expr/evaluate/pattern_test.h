// LIKE and GLOB: a pattern made ready once, then asked for many texts. Plain prefixes, suffixes,
// infixes and whole texts are recognised and compared as such; the rest is matched with one
// backtracking point, in linear space and without recursion.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/batch/vectors/vector.h"
#include "engine/expr/forms/expression.h"
#include "engine/expr/search/text_search.h"

namespace arbors::expr {

class PatternTest {
 public:
  // `escape` is one character, or empty. As in SQLite, LIKE ignores the case of ASCII letters, and
  // a NUL ends pattern and text.
  PatternTest(Pattern kind, std::string_view pattern, std::string_view escape = {});

  bool operator()(std::string_view text) const;
  // Answers all texts of a pool: `answers` has an entry for each.
  void answer(const batch::TextPool& texts, std::span<std::uint8_t> answers) const;

  // The bytes that every match begins with (any case where fold_case()).
  const std::string& prefix() const { return prefix_; }
  bool fold_case() const { return fold_case_; }

 private:
  enum class Shape : std::uint8_t { Whole, Prefix, Suffix, Infix, General };
  struct Step {
    enum class Kind : std::uint8_t { Byte, AnyCharacter, AnyRun, Class, Nothing } kind;
    char byte = 0;
    std::uint32_t character_class = 0;
  };
  struct CharacterClass {
    bool inverted = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;
  };

  void read_like(std::string_view pattern, std::string_view escape);
  void read_glob(std::string_view pattern);
  std::size_t read_class(std::string_view pattern, std::size_t at);
  void add_bytes(std::string_view bytes);
  void choose_shape();
  bool literal_at(std::string_view text, std::size_t at) const;
  bool find_literal(std::string_view text) const;
  void find_in_all(const batch::TextPool& texts, std::span<std::uint8_t> answers) const;
  // Tells how many bytes of text a step takes at `at`; 0 where it does not match.
  std::size_t take(const Step& step, std::string_view text, std::size_t at) const;
  bool match_general(std::string_view text) const;

  bool fold_case_;
  Shape shape_ = Shape::General;
  std::string literal_;               // of the plain shapes
  std::optional<PartFinder> finder_;  // of Infix, where the literal has a byte
  std::string prefix_;
  std::vector<Step> steps_;
  std::vector<CharacterClass> classes_;
};

}  // namespace arbors::expr
