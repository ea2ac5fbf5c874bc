#include <algorithm>

#include "engine/json/input/document_finder.h"
#include "engine/json/values/fault.h"
#include "engine/json/values/json_value.h"

namespace arbors::json {
namespace {

// Beyond this a value that is passed over is no longer held to be checked.
constexpr std::size_t kMostChecked = 16U << 20;

// Walks the objects on the way to the trees member by member, and over all else.
class PathFinder : public DocumentFinder {
 public:
  explicit PathFinder(std::vector<std::string> keys) : keys_(std::move(keys)) {
    for (const std::string& key : keys_) name_ += (name_.empty() ? "" : ".") + key;
  }

  bool find(SliceReader& reader) override {
    switch (state_) {
      case State::Document:
        return document(reader);
      case State::Member:
        return member(reader);
      case State::Skip:
        return skip(reader);
      case State::Elements:
        return elements(reader);
      case State::Values:
        return value_of_member(reader);
      default:
        return false;
    }
  }

 private:
  enum class State : std::uint8_t { Document, Member, Skip, Elements, Values, Over };

  // Passes over `c` if it comes next; false where something else does, or nothing.
  static bool pass(SliceReader& reader, char c) {
    if (!reader.to_next_text() || reader.here() != c) return false;
    reader.move_to(reader.at() + 1);
    return true;
  }

  // Notes what is wrong around the trees. What comes after it cannot be told.
  bool give_up(SliceReader& reader, const std::string& why) {
    reader.fault(why);
    state_ = State::Over;
    return true;
  }

  bool document(SliceReader& reader) {
    while (reader.to_next_text()) {
      const char c = reader.here();
      if (c == '{') {
        reader.move_to(reader.at() + 1);
        level_ = 0;
        found_ = comma_ = false;
        state_ = State::Member;
        return true;
      }
      const bool between =
          c == '\x1E' || (c == '[' && !in_array_) || (in_array_ && (c == ',' || c == ']'));
      if (!between) break;
      if (c == '[' || c == ']') in_array_ = c == '[';
      reader.move_to(reader.at() + 1);
    }
    if (reader.at_end()) {
      if (in_array_) reader.fault("the array of documents does not end");
      return false;
    }
    return give_up(reader, "a document that has '" + name_ + "' must be an object");
  }

  // Reads a key and its colon; nothing where there is none, which has been noted.
  bool key(SliceReader& reader, std::string& key) {
    if (!reader.to_next_text() || reader.here() != '"')
      return give_up(reader, "expected a key in double quotes"), false;
    BracketScanner scanner(BracketScanner::Until::Value);
    const std::size_t begin = reader.at(), end = reader.scan(scanner);
    const std::string_view raw = reader.text().substr(begin, end - begin);
    if (find_fault(raw)) return give_up(reader, "expected a key in double quotes"), false;
    key = decode(raw).text;
    reader.move_to(end);
    if (!pass(reader, ':')) return give_up(reader, "expected ':' after a key"), false;
    return true;
  }

  bool cut(SliceReader& reader) { return give_up(reader, "the document does not end"); }

  // Passes over the comma before a member, or the closing bracket. False where no member comes.
  bool next_member(SliceReader& reader, bool& closed) {
    closed = false;
    if (!reader.to_next_text()) return cut(reader), false;
    if (reader.here() == '}') {
      reader.move_to(reader.at() + 1);
      closed = true;
      return false;
    }
    if (comma_ && !pass(reader, ',')) return give_up(reader, "expected ',' or '}'"), false;
    comma_ = true;
    return true;
  }

  bool member(SliceReader& reader) {
    bool closed = false;
    if (!next_member(reader, closed)) {
      if (closed) close(reader);
      return true;
    }
    std::string name;
    if (!key(reader, name)) return true;
    if (!reader.to_next_text()) return cut(reader);
    if (name == keys_[level_])
      enter(reader);
    else
      begin_skip(reader);
    return true;
  }

  void close(SliceReader& reader) {
    comma_ = true;
    if (level_ > 0) {
      --level_;
      return;
    }
    state_ = State::Document;
    if (!found_) reader.fault("the document has no '" + name_ + "'");
  }

  void enter(SliceReader& reader) {
    const char c = reader.here();
    const bool last = level_ + 1 == keys_.size();
    if (c == '{' || (c == '[' && last)) {
      reader.move_to(reader.at() + 1);
      found_ = found_ || last;
      comma_ = false;
      if (!last) {
        ++level_;
      } else if (c == '[') {
        elements_.begin();
        state_ = State::Elements;
      } else {
        state_ = State::Values;
      }
      return;
    }
    if (last && c != 'n') reader.fault("'" + name_ + "' is no array or object of trees");
    found_ = found_ || last;
    begin_skip(reader);
  }

  void begin_skip(SliceReader& reader) {
    state_ = State::Skip;
    scanner_.begin(BracketScanner::Until::Member);
    scanned_ = reader.at();
    checks_ = true;
  }

  bool skip(SliceReader& reader) {
    while (true) {
      if (!checks_) scanned_ = reader.at();
      const std::size_t end = scanner_.scan(reader.text(), scanned_);
      if (end != std::string_view::npos) return end_skip(reader, end);
      scanned_ = reader.text().size();
      if (scanned_ - reader.at() > kMostChecked) {
        checks_ = false;
        reader.move_to(scanned_);
        if (reader.full()) return true;
      }
      if (!reader.fill()) return cut(reader);
    }
  }

  bool end_skip(SliceReader& reader, std::size_t end) {
    state_ = State::Member;
    if (checks_) {
      if (const auto fault = find_fault(reader.text().substr(reader.at(), end - reader.at()))) {
        reader.move_to(reader.at() + fault->offset);
        reader.fault(fault->reason);
      }
    }
    reader.move_to(end);
    return true;
  }

  bool elements(SliceReader& reader) {
    const auto found = elements_.find(reader);
    if (found == ElementFinder::Found::Cut) state_ = State::Over;
    if (found == ElementFinder::Found::End) end_trees();
    return true;
  }

  void end_trees() {
    state_ = State::Member;
    comma_ = true;
  }

  bool value_of_member(SliceReader& reader) {
    bool closed = false;
    if (!next_member(reader, closed)) {
      if (closed) end_trees();
      return true;
    }
    std::string name;
    if (!key(reader, name)) return true;
    if (!reader.to_next_text()) return cut(reader);
    BracketScanner scanner(BracketScanner::Until::Member);
    const std::size_t begin = reader.at(), end = reader.scan(scanner);
    if (end == begin) return give_up(reader, "expected a value");
    reader.add(begin, end);
    reader.move_to(end);
    return true;
  }

  const std::vector<std::string> keys_;
  std::string name_;
  State state_ = State::Document;
  bool in_array_ = false;  // of documents
  std::size_t level_ = 0;  // how many of the keys lead here
  bool found_ = false;     // the document's trees
  bool comma_ = false;     // must come before the next member
  ElementFinder elements_;
  BracketScanner scanner_;   // of a value that is passed over
  std::size_t scanned_ = 0;  // of the text
  bool checks_ = false;      // the whole value is in the text
};

}  // namespace

std::unique_ptr<DocumentFinder> make_path_finder(std::vector<std::string> keys) {
  return std::make_unique<PathFinder>(std::move(keys));
}

}  // namespace arbors::json
