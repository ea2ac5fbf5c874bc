// A splitter's hands: reads blocks of an input behind a slice's text, keeps what is in no slice yet
// for the next one, knows lines and places. Finders of documents move `at` over the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/json/input/bracket_scanner.h"
#include "engine/json/input/input.h"
#include "engine/json/input/slice.h"

namespace arbors::json {

struct SplitLimits {
  std::size_t slice_documents = 16384;  // the most documents of a slice
  std::size_t slice_bytes = 8U << 20;   // ends a slice with the document that passes it
  std::size_t max_document = 1U << 30;  // a longer document is an error
  std::size_t block_bytes = 1U << 20;   // read at a time
};

// `, line 3, byte 45 (byte 5 of the line)`: bytes are counted from the file's beginning,
// decompressed.
std::string place_text(std::uint64_t line, std::uint64_t byte, std::uint64_t line_byte);

class SliceReader {
 public:
  struct Halted {};

  SliceReader(Input& input, const SplitLimits& limits, bool skip)
      : input_(input), limits_(limits), skip_(skip) {}

  // Reads the first block; the text's mark of its byte order is passed over. Gives the text.
  std::string_view start();
  // Reads another block into what start() gave; false at the end of the input.
  bool read_on();
  std::string_view beginning() const { return carry_; }
  bool ended() const { return ended_; }           // the input is read to its end
  std::uint64_t bytes() const { return bytes_; }  // read
  bool skips() const { return skip_; }            // faults are passed over

  void begin_slice();
  Slice end_slice();
  bool full() const;
  bool empty() const { return slice_.documents().empty() && slice_.faults().empty(); }

  std::string_view text() const { return slice_.text(); }
  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  char here() const { return slice_.data()[at_]; }
  bool at_end() const { return at_ >= slice_.text().size(); }
  std::uint64_t line_here();

  // Reads another block behind the text; false at the end of the input.
  bool fill();
  // Moves to the next byte that is not white space; false at the end of the input.
  bool to_next_text();
  // Scans from `at` for an end; gives it, or the end of the input.
  template <typename Scanner>
  std::size_t scan(Scanner& scanner) {
    std::size_t from = at_;
    while (true) {
      const std::size_t end = scanner.scan(slice_.text(), from);
      if (end != std::string_view::npos) return end;
      from = slice_.text().size();
      if (from - at_ > limits_.max_document || !fill()) return from;
    }
  }
  // The place of the next `c` from `from` on, or the end of the input.
  std::size_t find(char c, std::size_t from);

  void add(std::size_t begin, std::size_t end);  // a document, white space around it left out
  // The same and moves behind it, where no line ends in it: then its bytes need not be counted.
  void add_line(std::size_t begin, std::size_t end);
  // Notes a fault of this place in the slice, behind the documents before it. Where faults are not
  // passed over it is the last of the text: throws Halted.
  void fault(std::string_view why);
  [[noreturn]] void fail(std::string_view why);
  const SplitLimits& limits() const { return limits_; }

 private:
  void count_lines(std::size_t to);
  std::string place();

  Input& input_;
  const SplitLimits limits_;
  const bool skip_;
  Slice slice_;
  bool ended_ = false;
  std::string carry_;  // read, but in no slice yet
  std::uint64_t bytes_ = 0;
  std::uint64_t number_ = 0;
  std::size_t at_ = 0;             // in the slice: where to look on
  std::uint64_t offset_ = 0;       // in the file: where the slice's buffer begins
  std::uint64_t line_ = 1;         // at counted_
  std::uint64_t line_offset_ = 0;  // in the file: where that line begins
  std::size_t counted_ = 0;        // in the slice: lines are counted up to here
};

}  // namespace arbors::json
