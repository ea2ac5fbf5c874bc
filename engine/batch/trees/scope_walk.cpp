#include "engine/batch/trees/scope_walk.h"

#include <algorithm>

#include "engine/base/interrupt.h"
#include "engine/json/values/json_value.h"

namespace arbors::batch {

ScopeWalk::ScopeWalk(const Scope& from) : at_(from) {
  at_.values_ = nullptr;  // only its texts lead further
}

Scope ScopeWalk::follow(std::span<const PathStep> steps) {
  std::vector<Scope::TextRow> before;
  before.swap(at_.texts_);
  PolledSteps polled;
  for (const Scope::TextRow& text : before) {
    follow_text(text.row, text.text, steps);
    polled.step();
  }
  for (std::size_t i = 0; i < steps.size() && at_.shredded(); ++i) {
    leave_opaque(steps.subspan(i));
    if (steps[i].kind == PathStep::Kind::Key)
      enter_key(steps[i].key);
    else
      enter_index(steps[i].index);
  }
  sort_texts();
  return std::move(at_);
}

// Orders the texts by their rows. A row leaves at one level only: below, its columns are Missing.
void ScopeWalk::sort_texts() {
  std::sort(at_.texts_.begin(), at_.texts_.end(),
            [](const auto& a, const auto& b) { return a.row < b.row; });
}

// Follows the rest of the path in the text of rows that are opaque here. They stay among the
// shredded rows, where nothing is below them.
void ScopeWalk::leave_opaque(Steps left) {
  if (!at_.shredded()) return;
  const Statistics* const statistics = at_.batch_->statistics(at_.at_);
  if (statistics == nullptr || statistics->count(Tag::Opaque) == 0) return;
  const VectorPtr column = at_.column();
  if (!column) return;
  at_.owners_.push_back(column);
  PolledSteps steps;
  for (std::uint32_t row = 0; row < at_.size_; ++row, steps.step()) {
    const std::uint32_t domain_row = at_.domain_row(row);
    if (domain_row != kNoRow && column->tag(domain_row) == Tag::Opaque)
      follow_text(row, column->text(domain_row), left);
  }
}

void ScopeWalk::follow_text(std::uint32_t row, std::string_view text, Steps left) {
  if (!left.empty()) text = json::find_raw(text, left);
  if (!text.empty()) at_.texts_.push_back({row, text});
}

void ScopeWalk::enter_key(const std::string& key) {
  at_.at_ = at_.batch_->paths().find_key(at_.at_, key);
  if (at_.shredded() && !at_.batch_->occurs(at_.at_)) gone(at_);
}

void ScopeWalk::enter_index(std::int64_t index) {
  const VectorPtr arrays = at_.column();
  if (!arrays || arrays->starts.empty()) return gone(at_);
  std::vector<std::uint32_t> rows(at_.size_, kNoRow);
  for (std::uint32_t row = 0; row < at_.size_; ++row) {
    const std::uint32_t domain_row = at_.domain_row(row);
    if (domain_row == kNoRow) continue;
    const std::int64_t begin = arrays->starts[domain_row], end = arrays->starts[domain_row + 1];
    if (index >= begin - end && index < end - begin)
      rows[row] = static_cast<std::uint32_t>((index < 0 ? end : begin) + index);
  }
  at_.rows_ = std::move(rows);
  at_.all_ = false;
  enter_elements(at_, arrays->starts.back());
}

// Moves a scope at an array path to its elements, whose domain has `domain_rows` rows.
void ScopeWalk::enter_elements(Scope& scope, std::uint32_t domain_rows) {
  scope.at_ = scope.batch_->paths().find_element(scope.at_);
  scope.domain_rows_ = domain_rows;
  if (scope.shredded() && !scope.batch_->occurs(scope.at_)) gone(scope);
}

// No row of the batch has the path.
void ScopeWalk::gone(Scope& scope) {
  scope.at_ = kNoPath;
  scope.rows_.clear();
  scope.all_ = false;
}

List ScopeWalk::elements() {
  leave_opaque({});
  sort_texts();
  VectorPtr arrays = at_.column();
  if (arrays && arrays->starts.empty()) arrays = nullptr;
  List list = arrays && at_.all_ && at_.texts_.empty() ? all_elements(*arrays)
                                                       : some_elements(arrays.get());
  Scope& elements = list.elements;
  elements.batch_ = at_.batch_;
  elements.size_ = list.starts.back();
  elements.owners_ = std::move(at_.owners_);
  if (!arrays) return list;
  elements.at_ = at_.at_;
  enter_elements(elements, arrays->starts.back());
  return list;
}

// Takes the element domain as it is.
List ScopeWalk::all_elements(const Vector& arrays) const {
  List list{arrays.starts, std::vector<std::uint8_t>(at_.size_), Scope()};
  for (std::uint32_t row = 0; row < at_.size_; ++row)
    list.present[row] = arrays.tag(row) == Tag::Array;
  list.elements.all_ = true;
  return list;
}

// Lists elements row by row, shredded (`arrays`, where there are any) or in texts.
List ScopeWalk::some_elements(const Vector* arrays) const {
  List list{{}, std::vector<std::uint8_t>(at_.size_), Scope()};
  std::vector<std::uint32_t>& rows = list.elements.rows_;
  list.starts.reserve(at_.size_ + std::size_t{1});
  auto text = at_.texts_.begin();
  PolledSteps steps;
  for (std::uint32_t row = 0; row < at_.size_; ++row, steps.step()) {
    list.starts.push_back(static_cast<std::uint32_t>(rows.size()));
    if (text != at_.texts_.end() && text->row == row) {
      list.present[row] = text->text.front() == '[';
      open_text((text++)->text, list.elements);
      continue;
    }
    const std::uint32_t at = arrays != nullptr ? at_.domain_row(row) : kNoRow;
    if (at == kNoRow || arrays->tag(at) != Tag::Array) continue;
    list.present[row] = 1;
    for (std::uint32_t i = arrays->starts[at]; i < arrays->starts[at + 1]; ++i) rows.push_back(i);
  }
  list.starts.push_back(static_cast<std::uint32_t>(rows.size()));
  return list;
}

void ScopeWalk::open_text(std::string_view text, Scope& elements) const {
  json::for_each_element(text, [&](std::string_view element) {
    elements.texts_.push_back({static_cast<std::uint32_t>(elements.rows_.size()), element});
    elements.rows_.push_back(kNoRow);
    return true;
  });
}

}  // namespace arbors::batch
