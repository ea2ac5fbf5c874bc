#include "engine/json/input/document_finder.h"

#include "engine/json/input/element_scanner.h"

namespace arbors::json {
namespace {

class LineFinder : public DocumentFinder {
 public:
  explicit LineFinder(char end) : end_(end) {}

  bool find(SliceReader& reader) override {
    do {
      if (!reader.to_next_text()) return false;
    } while (reader.here() == end_ && (reader.move_to(reader.at() + 1), true));
    const std::size_t begin = reader.at();
    const std::size_t end = reader.find(end_, begin);
    if (end_ == '\n') {
      reader.add_line(begin, end);
    } else {
      reader.add(begin, end);
      reader.move_to(end);
    }
    return true;
  }

 private:
  char end_;
};

class ValueFinder : public DocumentFinder {
 public:
  bool find(SliceReader& reader) override {
    if (!reader.to_next_text()) return false;
    BracketScanner scanner(BracketScanner::Until::Value);
    const std::size_t end = reader.scan(scanner);
    reader.add(reader.at(), end);
    reader.move_to(end);
    return true;
  }
};

class ArrayFinder : public DocumentFinder {
 public:
  explicit ArrayFinder(bool surely) : surely_(surely) {}

  bool find(SliceReader& reader) override {
    if (over_) return false;
    if (!begun_ && !begin(reader)) return false;
    const auto found = elements_.find(reader);
    if (found == ElementFinder::Found::Element) return true;
    if (found == ElementFinder::Found::End && goes_on(reader)) return true;
    over_ = true;
    if (found == ElementFinder::Found::End) end(reader);
    return false;
  }

 private:
  bool begin(SliceReader& reader) {
    if (!reader.to_next_text()) return false;
    if (reader.here() != '[') reader.fail("expected '[' to begin an array of trees");
    first_line_ = reader.line_here();
    reader.move_to(reader.at() + 1);
    return begun_ = true;
  }

  // Passes over a bracket that a comma follows: one before it lacks, and broken elements are
  // skipped.
  bool goes_on(SliceReader& reader) {
    const std::size_t behind = reader.at();
    if (!reader.skips()) return false;
    if (reader.to_next_text() && reader.here() == ',') {
      reader.fault("the array ends before its last element");
      elements_.go_on();
      return true;
    }
    reader.move_to(behind);
    return false;
  }

  void end(SliceReader& reader) const {
    const std::uint64_t last_line = reader.line_here();
    if (!reader.to_next_text()) return;
    const char* kText = "text follows the array; format 'json' reads several values, each a tree";
    if (surely_) return reader.fault(kText);
    const bool lines = first_line_ == last_line && reader.line_here() > last_line;
    throw FormatMistaken(lines ? Format::Lines : Format::Values, kText);
  }

  const bool surely_;
  bool begun_ = false, over_ = false;
  std::uint64_t first_line_ = 1;
  ElementFinder elements_;
};

}  // namespace

ElementFinder::Found ElementFinder::find(SliceReader& reader) {
  if (!reader.to_next_text()) return cut(reader);
  if (state_ == State::Comma) {
    if (reader.here() == ',') {
      reader.move_to(reader.at() + 1);
      state_ = State::Value;
      if (!reader.to_next_text()) return cut(reader);
    } else if (reader.here() != ']') {
      reader.fault("expected ',' or ']' after an element");
    }
  }
  if (reader.here() == ']') {
    if (state_ == State::Value) reader.fault("expected a value");
    reader.move_to(reader.at() + 1);
    return Found::End;
  }
  add_element(reader);
  return Found::Element;
}

ElementFinder::Found ElementFinder::cut(SliceReader& reader) {
  reader.fault("the array does not end");
  return Found::Cut;
}

void ElementFinder::add_element(SliceReader& reader) {
  state_ = State::Comma;
  const std::size_t begin = reader.at();
  std::size_t end = begin;
  if (reader.skips()) {
    ElementScanner scanner;
    end = reader.scan(scanner);
  } else {
    BracketScanner scanner(BracketScanner::Until::Element);
    end = reader.scan(scanner);
  }
  if (end == begin) return reader.fault("expected a value");
  reader.add(begin, end);
  reader.move_to(end);
}

std::unique_ptr<DocumentFinder> make_finder(Format format, bool surely) {
  constexpr char kRecordSeparator = '\x1E';
  if (format == Format::Lines) return std::make_unique<LineFinder>('\n');
  if (format == Format::Records) return std::make_unique<LineFinder>(kRecordSeparator);
  if (format == Format::Array) return std::make_unique<ArrayFinder>(surely);
  return std::make_unique<ValueFinder>();
}

}  // namespace arbors::json
