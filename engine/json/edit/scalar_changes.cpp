#include "engine/json/edit/scalar_changes.h"

#include "engine/json/values/json_value.h"
#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

bool opens(char c) { return c == '{' || c == '['; }

// Gives the string, number or literal that a piece of minimal JSON text begins with.
std::string_view scalar_at(std::string_view text) {
  if (text.front() == '"') return text.substr(0, end_of_string(text, 0));
  std::size_t end = 1;
  while (end < text.size() && text[end] != ',' && text[end] != '}' && text[end] != ']') ++end;
  return text.substr(0, end);
}

// Reads both texts side by side, as far as their structure is the same.
class Comparison {
 public:
  Comparison(std::string_view before, std::string_view after, std::size_t most)
      : before_(before), after_(after), most_(most) {}

  // Begins with a member of an object that both texts are in.
  bool run_in_object() {
    open_.push_back({true, {}});
    return key() && run();
  }

  bool run() {
    if (before_ == after_) return true;
    do {
      const std::size_t known = changes_.size();
      if (!value()) return false;
      if (changes_.size() > known && before_ == after_) return true;  // what follows is the same
      if (!close()) return false;
    } while (!open_.empty());
    return before_.empty() && after_.empty();
  }
  std::vector<ScalarChange> take() { return std::move(changes_); }

 private:
  struct Open {
    bool object;
    std::string_view key;  // of the member under way, with its quotes
  };

  void skip(std::size_t bytes) {
    before_.remove_prefix(bytes);
    after_.remove_prefix(bytes);
  }
  bool both(char c) const {
    return !before_.empty() && !after_.empty() && before_.front() == c && after_.front() == c;
  }

  // Moves past the next scalar, opening what it lies in.
  bool value() {
    while (both('{') || both('[')) {
      const bool object = before_.front() == '{';
      skip(1);
      open_.push_back({object, {}});
      arrays_ += object ? 0 : 1;
      if (both(object ? '}' : ']')) return true;
      if (object && !key()) return false;
    }
    if (before_.empty() || after_.empty() || opens(before_.front()) || opens(after_.front()))
      return false;
    const std::string_view old = scalar_at(before_);
    const bool same = old.front() == '"' && after_.starts_with(old);
    const std::string_view now = same ? old : scalar_at(after_);
    before_.remove_prefix(old.size());
    after_.remove_prefix(now.size());
    return same || old == now || change(now);
  }

  // Moves past ends of containers and to the next value.
  bool close() {
    while (!open_.empty()) {
      if (both(',')) {
        skip(1);
        return !open_.back().object || key();
      }
      if (!both(open_.back().object ? '}' : ']')) return false;
      skip(1);
      arrays_ -= open_.back().object ? 0 : 1;
      open_.pop_back();
    }
    return true;
  }

  bool key() {
    if (!both('"')) return false;
    const std::string_view key = scalar_at(before_);
    if (!after_.starts_with(key)) return false;
    open_.back().key = key;
    skip(key.size());
    if (!both(':')) return false;
    skip(1);
    return true;
  }

  bool change(std::string_view now) {
    if (arrays_ > 0 || open_.empty() || changes_.size() == most_) return false;
    ScalarChange& change = changes_.emplace_back();
    change.json = now;
    for (const Open& open : open_) {
      change.path.steps.push_back({PathStep::Kind::Key, decode(open.key).text, 0});
    }
    return true;
  }

  std::string_view before_, after_;  // what is left of them
  std::size_t most_;
  std::vector<Open> open_;
  std::size_t arrays_ = 0;  // of those open
  std::vector<ScalarChange> changes_;
};

}  // namespace

std::optional<std::vector<ScalarChange>> scalar_changes(std::string_view before,
                                                        std::string_view after, std::size_t most,
                                                        KeptMembers kept) {
  Comparison comparison(before.substr(kept.bytes), after.substr(kept.bytes), most);
  if (!(kept ? comparison.run_in_object() : comparison.run())) return std::nullopt;
  return comparison.take();
}

}  // namespace arbors::json
