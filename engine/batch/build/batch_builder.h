// Shreds JSON documents into the columns of one batch. One walk over simdjson's structural index
// checks a document completely and pushes its values; the keys of an object are predicted by the
// objects before it. A document that fails leaves the builder as it was before it.
//
// Objects used as maps, too many paths and too much depth stay opaque: the object path is folded
// into minimal JSON text for the whole batch. What is folded depends on the batch's documents only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/arrow/array.h"
#include "engine/arrow/texts.h"
#include "engine/base/error.h"
#include "engine/base/path_dictionary.h"
#include "engine/batch/build/builder_limits.h"
#include "engine/batch/build/shared_paths.h"
#include "engine/batch/columns/column_buffer.h"
#include "engine/json/input/slice.h"

namespace arbors::batch {

// A document that is not well-formed: `what()` is the reason alone, `offset` the byte of the
// document (from 0) that is wrong.
class DocumentError : public Error {
 public:
  DocumentError(const std::string& reason, std::size_t offset)
      : Error(ErrorCode::Invalid, reason), offset_(offset) {}
  std::size_t offset() const noexcept { return offset_; }

 private:
  std::size_t offset_;
};

class BatchBuilder {
 public:
  explicit BatchBuilder(BuilderLimits limits = {});
  ~BatchBuilder();
  BatchBuilder(BatchBuilder&&) noexcept;
  BatchBuilder& operator=(BatchBuilder&&) noexcept;

  // Adds one tree. Throws DocumentError and is then as it was before the call.
  void add(std::string_view document);

  // Adds a row of an Arrow array as a tree. Throws Error{Invalid} for bytes that contradict
  // themselves; the builder is then of no use.
  void add(const arrow::Array& rows, std::size_t at, arrow::Allowance& allowance);

  // A document that the slice's reader had to leave out, or the first one where it stopped.
  using Rejected = json::SplitFault;
  enum class OnError : std::uint8_t { Stop, Skip };

  // What is taken besides strict JSON, and what is told of the rest.
  struct Leniency {
    bool nonfinite_null = false;  // NaN, Infinity and -Infinity are null
    bool keep_texts = false;      // rejected documents come with their text
  };
  void set_leniency(Leniency leniency);  // for good

  // Adds a slice's documents in order; faster than one by one. Gives the rejected ones: with Stop,
  // at most one, and nothing after it was added. `first` and `count` choose a run of documents.
  // Changes bytes of the slice while it works and puts them back.
  std::vector<Rejected> add_slice(json::Slice& slice, OnError on_error, std::size_t first = 0,
                                  std::size_t count = SIZE_MAX);

  std::uint32_t trees() const;
  std::uint64_t json_bytes() const;

  // Gives the batch, its paths numbered in the shared dictionary, and is empty again. Takes and
  // ends the turn `sequence` (see SharedPaths); paths beyond the Arbor's cap are folded.
  BuiltBatch finish(SharedPaths& paths, std::uint64_t sequence);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  BuilderLimits limits_;
  Leniency leniency_;
};

// Builds one batch on the calling thread alone: pending rows, Arbors in memory. Throws
// DocumentError; `failed`, where given, receives the number of the document that failed.
BuiltBatch build_batch(std::span<const std::string_view> documents, PathDictionary& paths,
                       BuilderLimits limits = {}, std::size_t* failed = nullptr);

}  // namespace arbors::batch
