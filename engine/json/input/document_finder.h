// How documents lie in a text: a finder for each format, which moves a SliceReader over the text
// and adds the documents that it meets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/json/input/format.h"
#include "engine/json/input/slice_reader.h"

namespace arbors::json {

// What looked like one array is values after all: to be read anew in this format.
class FormatMistaken : public Error {
 public:
  FormatMistaken(Format format, const std::string& sentence)
      : Error(ErrorCode::Invalid, sentence), format_(format) {}
  Format format() const noexcept { return format_; }

 private:
  Format format_;
};

class DocumentFinder {
 public:
  virtual ~DocumentFinder() = default;

  // Adds the next document or fault, or moves on a good way; false at the end.
  virtual bool find(SliceReader& reader) = 0;
};

// `surely` is false for an array that text may follow, which is then FormatMistaken.
std::unique_ptr<DocumentFinder> make_finder(Format format, bool surely);

// Finds the trees under `keys` in each document: an array's elements, an object's values.
std::unique_ptr<DocumentFinder> make_path_finder(std::vector<std::string> keys);

// Finds the elements of one array, from behind its opening bracket to behind its closing one.
class ElementFinder {
 public:
  enum class Found : std::uint8_t { Element, End, Cut };  // Cut: the text ends before the array

  void begin() { state_ = State::First; }
  void go_on() { state_ = State::Comma; }  // behind an element
  Found find(SliceReader& reader);

 private:
  enum class State : std::uint8_t { First, Value, Comma };
  Found cut(SliceReader& reader);
  void add_element(SliceReader& reader);

  State state_ = State::First;
};

}  // namespace arbors::json
