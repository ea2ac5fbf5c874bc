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
#include <vector>

#include "engine/json/input/document_finder.h"
#include "engine/json/input/format.h"
#include "engine/json/input/input.h"
#include "engine/json/input/slice.h"
#include "engine/json/input/slice_reader.h"

namespace arbors::json {

struct SplitOptions {
  Format format = Format::Auto;
  bool names_lines = false;  // the file's name promises lines
  bool skip = false;         // goes on behind a fault, which else is the last of the last slice
  std::vector<std::string>
      path;  // keys to the trees within each document; none: documents are trees
};

class DocumentSplitter {
 public:
  // `input` must outlive the splitter.
  explicit DocumentSplitter(Input& input, SplitOptions options = {}, SplitLimits limits = {});
  ~DocumentSplitter();

  // Gives the next slice (a document or a fault at least), or nothing at the end. Throws Error{Io},
  // Error{Interrupted}, Error{Limit} (a document is too long), Error{Invalid} (text before or after
  // the array, text that is no JSON but something known), each with the place, and FormatMistaken.
  std::optional<Slice> next();

  Format format();              // as told or found; reads the first block
  std::uint64_t bytes() const;  // of decompressed text taken so far

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace arbors::json
