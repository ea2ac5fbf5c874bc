// Documents in one buffer, as a splitter hands them out and a worker takes them: text, where each
// document lies in it, and what was wrong between documents.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::json {

struct DocumentSpan {
  std::size_t begin = 0;          // in Slice::text()
  std::size_t size = 0;           // without white space around it; never 0
  std::uint64_t line = 1;         // where it begins in the file, from 1
  std::uint64_t file_offset = 0;  // where it begins in the decompressed file, from 0
  std::uint64_t line_offset = 0;  // where its line begins in the decompressed file, from 0
  std::uint32_t file = 0;         // which one, where several are read
};

// What was passed over between documents: a comma that lacks, an array that does not end.
struct SplitFault {
  std::uint64_t line = 1;       // from 1
  std::uint64_t byte = 1;       // of the decompressed file, from 1
  std::uint64_t line_byte = 1;  // of that line, from 1
  std::uint32_t file = 0;
  std::string reason;
  std::string text;  // the document's, where it is one
};

// Has kPadding readable bytes after its end. Movable; owned by whoever took it, so that several
// slices can be worked on at a time.
class Slice {
 public:
  static constexpr std::size_t kPadding = 64;

  std::string_view text() const { return {buffer_.get(), size_}; }
  char* data() { return buffer_.get(); }
  const char* data() const { return buffer_.get(); }
  const std::vector<DocumentSpan>& documents() const { return documents_; }
  const std::vector<SplitFault>& faults() const { return faults_; }
  std::string_view document(const DocumentSpan& span) const {
    return {buffer_.get() + span.begin, span.size};
  }
  std::uint64_t number() const { return number_; }  // 0, 1, 2, … in the order of the stream

  void set_number(std::uint64_t number) { number_ = number; }
  void set_file(std::uint32_t file);

  // Puts another slice's documents and faults behind this one's.
  void append(const Slice& other);
  // Gives the slice with `"key":value`, which `member` says of a file's number, at the end of every
  // document that is an object, so that it wins over a key of that name. Other values become
  // faults; what is broken stays for the parser to refuse.
  Slice with_member(const std::function<std::string_view(std::uint32_t)>& member) const;

 private:
  friend class SliceReader;

  void reserve(std::size_t capacity);  // keeps the text
  void put(std::string_view text);
  void end_text();  // clears the padding

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::vector<DocumentSpan> documents_;
  std::vector<SplitFault> faults_;
  std::uint64_t number_ = 0;
};

}  // namespace arbors::json
