// Single values set in trees that stay else as they are: no tree is read, logged or folded for
// them.
#include <algorithm>

#include "engine/batch/trees/path_reader.h"
#include "engine/json/edit/scalar_changes.h"
#include "engine/json/values/json_value.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostValuesSet = 16;  // of one tree: else the tree is replaced

bool opens(std::string_view json) { return json.front() == '{' || json.front() == '['; }

bool is_boolean(std::string_view json) { return json == "true" || json == "false"; }

}  // namespace

// Nothing for what is no JSON.
std::optional<std::string> Store::Impl::minimal_scalar(std::string_view json) {
  try {
    return normalizer_.normalize(json);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Replaces a tree by one that differs from it in a few values alone, as `UPDATE t SET _tree =
// json_set(_tree, …)` does; false, and nothing done, where it differs otherwise. The text need not
// be checked before: but for these values it is the tree's own.
bool Store::Impl::replace_values(std::int64_t rowid, std::string_view before, std::string_view tree,
                                 json::KeptMembers kept) {
  const auto changes = json::scalar_changes(before, tree, kMostValuesSet, kept);
  if (!changes) return false;
  std::vector<PathJson> values;
  for (const json::ScalarChange& change : *changes) {
    auto json = minimal_scalar(change.json);
    if (!json) return false;
    values.push_back({&change.path, *std::move(json)});
  }
  return set(rowid, values);
}

// Tells whether a path's value can be set by itself: it is a column's own, and neither the key nor
// an index reads it.
bool Store::Impl::is_set_alone(const Path& path, PathId known, std::size_t steps) {
  if (steps != path.steps.size() || known >= columns_->recorded()) return false;
  return !indexes_around(path) && (key_ == nullptr || !key_->columns().may_change_by(path));
}

// Tells what stands in the place of a value that is to be set.
Store::Impl::Standing Store::Impl::standing_at(const RowPlace& row, const PathJson& value,
                                               PathId known) {
  bool boolean = false;
  if (row.pending) {
    const std::string_view raw = json::find_raw_in_minimal(*row.pending, value.path->steps);
    if (raw.empty() || opens(raw)) return Standing::Other;
    boolean = is_boolean(raw);
  } else {
    if (!holds_scalar(*row.stored, *value.path)) return Standing::Other;
    boolean = value.keeps_boolean && holds_boolean(*row.stored, known);
  }
  return boolean ? Standing::Boolean : Standing::Scalar;
}

// Lists the changes of a row as the log tells them; nothing where they are no plain ones.
std::optional<std::vector<SetValue>> Store::Impl::plain_values(std::int64_t rowid,
                                                               std::span<const PathJson> values) {
  std::vector<SetValue> plain;
  const RowPlace row{state_->pending_text(rowid), state_->find_stored(rowid)};
  if (!row.pending && !row.stored) return std::nullopt;
  for (const PathJson& value : values) {
    const auto known = paths_->longest_prefix(*value.path);
    if (!is_set_alone(*value.path, known.id, known.steps)) return std::nullopt;
    std::string json = normalizer_.normalize(value.json);
    if (opens(json)) return std::nullopt;
    const Standing standing = standing_at(row, value, known.id);
    if (standing == Standing::Other) return std::nullopt;
    if (standing == Standing::Boolean && value.keeps_boolean) json = json == "0" ? "false" : "true";
    plain.push_back({known.id, std::move(json)});
  }
  if (plain.size() > 1) std::ranges::stable_sort(plain, {}, &SetValue::path);
  return plain;
}

bool Store::Impl::holds_scalar(const GenerationState::At& place, const Path& path) {
  const SegmentVersion& segment = state_->segments()[place.segment];
  // Held here: a failing read may roll back, which lets go of all that the store keeps in memory.
  const batch::RowReaderPtr reader =
      row_readers()->stored(chunks_, published(), segment.run.batch, segment.facts);
  return batch::holds_scalar(reader->batch(), path, segment.run.first_row + place.row);
}

// Asks of a value that holds_scalar() has found: what lies over it, else its column.
bool Store::Impl::holds_boolean(const GenerationState::At& place, PathId path) {
  for (const SetValue& value : state_->values_over(place))
    if (value.path == path) return is_boolean(value.json);
  const SegmentVersion& segment = state_->segments()[place.segment];
  const batch::RowReaderPtr reader =
      row_readers()->stored(chunks_, published(), segment.run.batch, segment.facts);
  const batch::Statistics* statistics = reader->batch().statistics(path);
  constexpr batch::TagSet kBooleans =
      batch::tag_bit(batch::Tag::False) | batch::tag_bit(batch::Tag::True);
  if (statistics == nullptr || (statistics->kinds() & kBooleans) == 0) return false;
  const batch::VectorPtr column = reader->batch().column(path);
  return (batch::tag_bit(column->tag(segment.run.first_row + place.row)) & kBooleans) != 0;
}

bool Store::Impl::set(std::int64_t rowid, std::span<const PathJson> values) {
  require_transaction();
  refresh();
  std::optional<std::vector<SetValue>> plain = plain_values(rowid, values);
  if (!plain) return false;
  IndexedRow before, after;
  for (std::size_t at = 0; at < indexes_.size(); ++at) {
    for (const SetValue& value : *plain) {
      if (indexes_[at]->path() != paths_->path(value.path)) continue;
      if (before.keys.empty()) before = after = indexed_row(rowid);
      after.keys[at] = tree_keys(value.json, Path());
    }
  }
  Change change(*this, rowid);
  generation_for_write();
  state_->set(rowid, *plain, *paths_);
  buffered_.push_back({Op::Set, rowid, GenerationState::kErased, *std::move(plain)});
  reindex_row(rowid, before, after);
  ++own_added_;
  ++own_removed_;
  fold_when_full();
  change.done();
  return true;
}

}  // namespace arbors::store
