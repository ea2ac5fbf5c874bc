// Where the tokens of JSON text begin, found by simdjson's first stage (SIMD, chosen for the CPU at
// run time): brackets, colons, commas, opening quotes and the first byte of every other scalar, all
// outside strings. Besides, the text is known to be UTF-8, without raw control characters in its
// strings, and every string is closed. All else is for the walk over the index to check.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace arbors::json {

class StructuralIndex {
 public:
  StructuralIndex();
  ~StructuralIndex();
  StructuralIndex(StructuralIndex&&) noexcept;
  StructuralIndex& operator=(StructuralIndex&&) noexcept;

  // Indexes `text` (under 4 GB). False where it is blank or breaks one of the promises above; the
  // index is then empty. Several documents may be indexed at once, white space between them.
  bool build(std::string_view text);

  // Ascending byte offsets; the one at end() is text.size().
  const std::uint32_t* begin() const { return begin_; }
  const std::uint32_t* end() const { return end_; }

 private:
  class Stage;
  std::unique_ptr<Stage> stage_;
  const std::uint32_t* begin_ = nullptr;
  const std::uint32_t* end_ = nullptr;
};

std::string simdjson_version();

// A walk over indexed text: the walker moves `token`, `end` bounds what may be read as a scalar.
// `text[*token]` is readable at the index's end too, and begins no token there.
struct TokenCursor {
  const char* text = nullptr;
  const std::uint32_t* token = nullptr;
  const char* end = nullptr;

  char here() const { return text[*token]; }
  const char* at() const { return text + *token; }
};

}  // namespace arbors::json
