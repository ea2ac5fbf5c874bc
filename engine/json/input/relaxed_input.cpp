#include "engine/json/input/relaxed_input.h"

#include <algorithm>
#include <vector>

#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

class RelaxedInput : public Input {
 public:
  explicit RelaxedInput(std::unique_ptr<Input> source) : source_(std::move(source)) {}

  std::size_t read(char* to, std::size_t size) override {
    while (!over_ && ready() < size) take_block(std::max<std::size_t>(size, 4096));
    const std::size_t count = text_.copy(to, std::min(size, ready()));
    text_.erase(0, count);
    if (comma_ != kNone) comma_ -= count;
    return count;
  }
  std::uint64_t consumed() const override { return source_->consumed(); }
  const std::string& name() const override { return source_->name(); }

 private:
  enum class State : std::uint8_t { Text, String, Escape, Slash, LineComment, Comment, Star };
  static constexpr std::size_t kNone = std::string::npos;

  // What may be handed out: nothing from a comma or slash on that is not settled.
  std::size_t ready() const {
    if (over_) return text_.size();
    std::size_t ready = std::min(comma_, text_.size());
    if (state_ == State::Slash) ready = std::min(ready, text_.size() - 1);
    return ready;
  }

  void take_block(std::size_t size) {
    block_.resize(size);
    const std::size_t count = source_->read(block_.data(), size);
    over_ = count < size;
    for (std::size_t i = 0; i < count; ++i) take(block_[i]);
  }

  void take(char c) {
    text_ += c;
    switch (state_) {
      case State::Text:
        return in_text(c);
      case State::String:
        if (c == '\\') state_ = State::Escape;
        if (c == '"') state_ = State::Text;
        return;
      case State::Escape:
        state_ = State::String;
        return;
      case State::Slash:
        return after_slash(c);
      case State::LineComment:
        if (c == '\n') state_ = State::Text;
        return blank(c);
      case State::Star:
        state_ = c == '/' ? State::Text : c == '*' ? State::Star : State::Comment;
        return blank(c);
      case State::Comment:
        if (c == '*') state_ = State::Star;
        return blank(c);
    }
  }

  void in_text(char c) {
    if (is_space(c)) return;
    if (c == '/') {
      state_ = State::Slash;
      return;
    }
    if (comma_ != kNone && (c == '}' || c == ']')) text_[comma_] = ' ';
    comma_ = c == ',' ? text_.size() - 1 : kNone;
    if (c == '"') state_ = State::String;
  }

  void after_slash(char c) {
    state_ = c == '/' ? State::LineComment : c == '*' ? State::Comment : State::Text;
    if (state_ == State::Text) {
      comma_ = kNone;
      return in_text(c);
    }
    text_[text_.size() - 2] = text_.back() = ' ';
  }

  void blank(char c) {
    if (c != '\n') text_.back() = ' ';
  }

  std::unique_ptr<Input> source_;
  std::vector<char> block_;
  std::string text_;           // not handed out yet
  std::size_t comma_ = kNone;  // in text_: it goes if a closing bracket comes next
  State state_ = State::Text;
  bool over_ = false;
};

bool follows_value_start(std::string_view text, std::size_t at) {
  while (at > 0 && is_space(text[at - 1])) --at;
  return at == 0 || std::string_view(":,[").find(text[at - 1]) != std::string_view::npos;
}

bool ends_word(std::string_view text, std::size_t at) {
  return at >= text.size() || ends_scalar(text[at]);
}

}  // namespace

std::unique_ptr<Input> relax(std::unique_ptr<Input> source) {
  return std::make_unique<RelaxedInput>(std::move(source));
}

std::string without_nonfinite(std::string_view document) {
  constexpr std::string_view kWords[] = {"NaN", "Infinity", "-Infinity"};
  std::string out;
  bool in_string = false, changed = false;
  for (std::size_t at = 0; at < document.size(); ++at) {
    const char c = document[at];
    if (in_string && c == '\\' && at + 1 < document.size()) {
      out += document.substr(at++, 2);
      continue;
    }
    if (c == '"') in_string = !in_string;
    const auto* word = std::find_if(std::begin(kWords), std::end(kWords), [&](auto each) {
      return !in_string && document.substr(at).starts_with(each) &&
             ends_word(document, at + each.size()) && follows_value_start(document, at);
    });
    if (word == std::end(kWords)) {
      out += c;
      continue;
    }
    out += "null";
    at += word->size() - 1;
    changed = true;
  }
  return changed ? out : std::string();
}

}  // namespace arbors::json
