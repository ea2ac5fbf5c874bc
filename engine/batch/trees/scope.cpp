#include "engine/batch/trees/scope.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/trees/scope_walk.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/json_values.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/json/values/json_value.h"

namespace arbors::batch {
namespace {

auto first_every(const Path& path) {
  return std::find_if(path.steps.begin(), path.steps.end(),
                      [](const PathStep& step) { return step.kind == PathStep::Kind::Every; });
}

// Reads rows that may repeat or be kNoRow by BatchReader::picked, nullptr where that is.
VectorPtr pick_rows(BatchReader& batch, PathId path, RowSpan rows) {
  std::vector<std::uint32_t> each(rows.begin(), rows.end());
  if (std::adjacent_find(each.begin(), each.end(), std::greater_equal<>()) == each.end() &&
      (each.empty() || each.back() != kNoRow))
    return batch.picked(path, each);
  std::sort(each.begin(), each.end());
  each.erase(std::unique(each.begin(), each.end()), each.end());
  if (!each.empty() && each.back() == kNoRow) each.pop_back();
  const VectorPtr picked = batch.picked(path, each);
  if (!picked) return nullptr;
  std::vector<std::uint32_t> places(rows.size(), kNoRow);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto found = std::lower_bound(each.begin(), each.end(), rows[i]);
    if (found != each.end()) places[i] = static_cast<std::uint32_t>(found - each.begin());
  }
  return gather(*picked, places);
}

}  // namespace

Scope::Scope(BatchReader& batch)
    : batch_(&batch), size_(batch.trees()), at_(kRootPath), domain_rows_(size_), all_(true) {}

Scope::Scope(BatchReader& batch, RowSpan rows)
    : batch_(&batch),
      size_(static_cast<std::uint32_t>(rows.size())),
      at_(kRootPath),
      domain_rows_(batch.trees()),
      rows_(rows.begin(), rows.end()) {}

Scope::Scope(VectorPtr values) : size_(values->rows), values_(std::move(values)) {
  if (!values_->has(Tag::Opaque)) return;
  for (std::uint32_t row = 0; row < size_; ++row)
    if (values_->tag(row) == Tag::Opaque && !values_->text(row).empty())
      texts_.push_back({row, values_->text(row)});
  owners_.push_back(values_);
}

VectorPtr Scope::read(const Path& path, Nested nested) const {
  if (first_every(path) != path.steps.end()) return read_lists(path, nested);
  return path.steps.empty() ? values(nested) : follow(path.steps).values(nested);
}

std::optional<ColumnRows> Scope::locate(const Path& path) const {
  if (values_ || first_every(path) != path.steps.end()) return std::nullopt;
  Scope found = follow(path.steps);
  if (!found.texts_.empty()) return std::nullopt;
  if (!found.shredded()) return ColumnRows{kNoPath, size_, true, {}};
  return ColumnRows{found.at_, found.domain_rows_, found.all_, std::move(found.rows_)};
}

bool Scope::lies_ready(const Path& path, std::uint32_t texts) const {
  const std::optional<ColumnRows> found = locate(path);
  if (!found || found->path == kNoPath || !found->all) return false;
  const Statistics* statistics = batch_->statistics(found->path);
  const bool few = statistics != nullptr &&
                   (statistics->count(Tag::String) == 0 || statistics->distinct <= texts);
  return few && batch_->is_decoded(found->path);
}

List Scope::list(const Path& path) const {
  auto every = first_every(path);
  if (every == path.steps.end()) return follow(path.steps).elements();
  List list = follow({path.steps.begin(), every}).elements();
  const Path rest{{every + 1, path.steps.end()}};
  if (rest.steps.empty()) return list;
  const bool deeper = first_every(rest) != rest.steps.end();
  List inner = deeper ? list.elements.list(rest) : list.elements.follow(rest.steps).found();
  for (std::uint32_t& start : list.starts) start = inner.starts[start];
  list.elements = std::move(inner.elements);
  return list;
}

Scope Scope::select(RowSpan rows) const {
  Scope chosen;
  chosen.batch_ = batch_;
  chosen.size_ = static_cast<std::uint32_t>(rows.size());
  chosen.at_ = at_;
  chosen.domain_rows_ = domain_rows_;
  if (shredded()) {
    chosen.rows_.assign(rows.begin(), rows.end());
    if (!all_)
      for (std::uint32_t& row : chosen.rows_) row = rows_[row];
  }
  if (values_) chosen.values_ = gather(*values_, rows);
  if (texts_.empty()) return chosen;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const auto text =
        std::lower_bound(texts_.begin(), texts_.end(), rows[i],
                         [](const TextRow& t, std::uint32_t row) { return t.row < row; });
    if (text != texts_.end() && text->row == rows[i]) chosen.texts_.push_back({i, text->text});
  }
  chosen.owners_ = owners_;
  return chosen;
}

// The column of the path that the scope is at; nullptr where it does not occur.
VectorPtr Scope::column() const {
  if (!shredded()) return nullptr;
  VectorPtr column = batch_->column(at_);
  if (column && column->rows != domain_rows_)
    throw_corrupt("the column of '" + batch_->paths().text(at_) + "' holds another count of rows");
  return column;
}

Scope Scope::follow(Steps steps) const { return ScopeWalk(*this).follow(steps); }

List Scope::elements() const { return ScopeWalk(*this).elements(); }

// Turns each row into a list of its value, or of none where it is missing.
List Scope::found() const {
  const VectorPtr kinds = values(Nested::Kind);
  List list{{}, {}, *this};
  list.starts.reserve(size_ + std::size_t{1});
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < size_; ++row) {
    list.starts.push_back(static_cast<std::uint32_t>(rows.size()));
    if (kinds->tag(row) != Tag::Missing) rows.push_back(row);
  }
  list.starts.push_back(static_cast<std::uint32_t>(rows.size()));
  list.present.assign(size_, 1);
  if (rows.size() != size_) list.elements = select(rows);
  return list;
}

// Decodes the rows alone where they are few; nullptr where no row has a value.
VectorPtr Scope::shredded_values(Nested nested) const {
  const bool may_pick = !all_ && shredded() && batch_->picks(at_);
  const Statistics* statistics = may_pick ? batch_->statistics(at_) : nullptr;
  if (statistics != nullptr && statistics->rows == domain_rows_) {
    if (VectorPtr few = pick_rows(*batch_, at_, rows_))
      return nested == Nested::Text ? to_sql(std::move(few), *batch_, at_, rows_) : few;
  }
  VectorPtr column = this->column();
  if (!column) return nullptr;
  if (all_) return nested == Nested::Text ? to_sql(column, *batch_, at_) : column;
  VectorPtr some = gather(*column, rows_);
  return nested == Nested::Text ? to_sql(std::move(some), *batch_, at_, rows_) : some;
}

// Gives the rows themselves: the shredded ones gathered, then the texts decoded over them.
VectorPtr Scope::values(Nested nested) const {
  if (values_) return values_;
  VectorPtr shredded = shredded_values(nested);
  if (!shredded) shredded = uniform(Tag::Missing, size_);
  if (texts_.empty()) return shredded;
  VectorBuilder builder;
  std::vector<std::uint32_t> rows(size_);
  std::iota(rows.begin(), rows.end(), 0U);
  builder.resize(size_);
  builder.place(*shredded, rows, rows);
  PolledSteps steps;
  for (const TextRow& text : texts_) {
    set_json_value(builder, text.row, json::decode(text.text));
    steps.step();
  }
  return builder.finish();
}

VectorPtr Scope::read_lists(const Path& path, Nested nested) const {
  const List list = this->list(path);
  const VectorPtr values = nested == Nested::Text ? list.elements.read({}) : nullptr;
  VectorBuilder builder;
  builder.resize(size_);
  std::string text;
  PolledSteps steps;
  for (std::uint32_t row = 0; row < size_; ++row) {
    if (list.present[row] == 0) continue;
    if (nested == Nested::Kind) {
      builder.set_tag(row, Tag::Array);
      continue;
    }
    text = '[';
    for (std::uint32_t i = list.starts[row]; i < list.starts[row + 1]; ++i, steps.step()) {
      if (i != list.starts[row]) text += ',';
      write_value(*values, i, text);
    }
    builder.set_json(row, text += ']');
  }
  return builder.finish();
}

}  // namespace arbors::batch
