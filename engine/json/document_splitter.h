// Cuts a stream of text into documents, one a tree, and hands them out in slices: runs of documents
// in one padded buffer, as big as a batch. Memory is one slice and what was read ahead; a document
// may be as long as `max_document` bytes.
//
// Documents are found without parsing them: by lines, or by matching brackets outside strings. What
// is in a document is checked by whoever parses it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/input.h"

namespace arbors::json {

// Option names: `auto`, `jsonl`, `array`, `json`.
enum class Format : std::uint8_t {
  Auto,    // told by looking at the beginning of the text
  Lines,   // one value a line; blank lines are skipped
  Array,   // one array, a document per element
  Values,  // one or more values, over any number of lines, with or without white space between
};
Format format_of(std::string_view option);  // throws Error{Invalid} listing the names
// Says whether a file's name promises lines: .jsonl or .ndjson, compressed or not.
bool names_lines(std::string_view file);
std::string_view name_of(Format format);

struct DocumentSpan {
  std::size_t begin = 0;          // in Slice::text()
  std::size_t size = 0;           // without white space around it; never 0
  std::uint64_t line = 1;         // where it begins in the file, from 1
  std::uint64_t file_offset = 0;  // where it begins in the decompressed file, from 0
};

// Documents in one buffer that has kPadding readable bytes after its end. Movable; owned by whoever
// took it, so that several slices can be worked on at a time.
class Slice {
 public:
  static constexpr std::size_t kPadding = 64;

  std::string_view text() const { return {buffer_.get(), size_}; }
  char* data() { return buffer_.get(); }
  const char* data() const { return buffer_.get(); }
  const std::vector<DocumentSpan>& documents() const { return documents_; }
  std::string_view document(const DocumentSpan& span) const {
    return {buffer_.get() + span.begin, span.size};
  }
  std::uint64_t number() const { return number_; }  // 0, 1, 2, … in the order of the stream

 private:
  friend class DocumentSplitter;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::vector<DocumentSpan> documents_;
  std::uint64_t number_ = 0;
};

struct SplitLimits {
  std::size_t slice_documents = 16384;  // the most documents of a slice
  std::size_t slice_bytes = 8U << 20;   // ends a slice with the document that passes it
  std::size_t max_document = 1U << 30;  // a longer document is an error
  std::size_t block_bytes = 1U << 20;   // read at a time
};

// What settles Auto where the beginning of the text is broken.
enum class Promise : std::uint8_t {
  None,
  Lines,  // the file's name promises lines: it is taken as lines, so that errors count by line
  Skip,   // so it is where broken documents are skipped, unless it looks like an array of trees;
          // an array that does not end gives the elements that are there
};

// Where an array should have gone on or ended, and the text did not.
struct UnfinishedArray {
  std::uint64_t line;  // from 1
  std::uint64_t byte;  // in the decompressed file, from 1
};

class DocumentSplitter {
 public:
  // `input` must outlive the splitter.
  DocumentSplitter(Input& input, Format format = Format::Auto, SplitLimits limits = {},
                   Promise promise = Promise::None);
  ~DocumentSplitter();

  // Gives the next slice (at least one document), or nothing at the end. Throws Error{Io},
  // Error{Interrupted}, Error{Limit} (a document is too long), Error{Invalid} (text before or after
  // the array), each with the place.
  std::optional<Slice> next();

  Format format();              // as told or found; reads the first block
  std::uint64_t bytes() const;  // of decompressed text taken so far
  const std::optional<UnfinishedArray>& unfinished() const;  // after the end, with Promise::Skip

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace arbors::json
