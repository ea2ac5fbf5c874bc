#include "engine/batch/trees/path_reader.h"

#include <algorithm>
#include <numeric>

#include "engine/batch/trees/tree_writer.h"

namespace arbors::batch {
namespace {

constexpr TagSet kShreddedTags = tag_bit(Tag::Object) | tag_bit(Tag::Array);

PathId step_from(PathId path, const PathStep& step, const PathDictionary& paths) {
  return step.kind == PathStep::Kind::Key ? paths.find_key(path, step.key)
                                          : paths.find_element(path);
}

void add_below(std::vector<PathId>& found, const PathDictionary& paths) {
  for (std::size_t i = found.size() - 1; i < found.size(); ++i)
    for (const PathId child : paths.children(found[i])) found.push_back(child);
}

// Gives the domain's rows of those that are shredded, ascending, once each.
template <typename DomainRow>
std::vector<std::uint32_t> nested_rows(const Vector& vector, DomainRow domain_row) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < vector.rows; ++row)
    if ((tag_bit(vector.tag(row)) & kShreddedTags) != 0) rows.push_back(domain_row(row));
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

// Replaces rows by their JSON text; `domain_row` says where row i is in the path's domain.
template <typename DomainRow>
VectorPtr with_text(const Vector& vector, BatchReader& batch, PathId path, DomainRow domain_row) {
  auto result = std::make_shared<Vector>(vector);
  auto pool = std::make_shared<TextPool>();
  result->starts.clear();
  result->shapes = nullptr;
  std::vector<std::uint32_t> codes = vector.codes.wide();
  codes.resize(vector.rows);
  result->kinds = static_cast<TagSet>((vector.kinds & ~kShreddedTags) | tag_bit(Tag::Opaque));
  TreeWriter writer(batch);
  if (batch.paths()[path].domain == kRootPath) writer.expect(nested_rows(vector, domain_row));
  std::string text;
  for (std::uint32_t row = 0; row < vector.rows; ++row) {
    const Tag tag = vector.tag(row);
    if ((tag_bit(tag) & kNestedTags) == 0) continue;
    text.clear();
    if (tag == Tag::Opaque)
      text = vector.text(row);
    else
      writer.write(path, domain_row(row), text);
    codes[row] = static_cast<std::uint32_t>(pool->size());
    pool->add(text);
    if (!result->tags.empty()) result->tags[row] = static_cast<std::uint8_t>(Tag::Opaque);
  }
  if (result->tags.empty()) result->uniform = Tag::Opaque;
  result->codes = Codes(std::move(codes));
  result->opaque = std::move(pool);
  return result;
}

}  // namespace

std::vector<PathId> paths_needed(const Path& path, const PathDictionary& paths, Nested nested) {
  std::vector<PathId> needed{kRootPath};
  for (const PathStep& step : path.steps) {
    const PathId next = step_from(needed.back(), step, paths);
    if (next == kNoPath) return needed;
    needed.push_back(next);
  }
  if (nested == Nested::Text) add_below(needed, paths);
  return needed;
}

std::vector<PathId> paths_needed(const Path& path, BatchReader& batch, Nested nested) {
  std::vector<PathId> needed;
  PathId at = kRootPath;
  for (const PathStep& step : path.steps) {
    const Statistics* const statistics = batch.statistics(at);
    if (statistics == nullptr) return needed;
    if (step.kind != PathStep::Kind::Key || statistics->count(Tag::Opaque) != 0)
      needed.push_back(at);
    at = step_from(at, step, batch.paths());
    if (at == kNoPath) return needed;
  }
  const Statistics* const statistics = batch.statistics(at);
  if (statistics == nullptr) return needed;
  if (nested == Nested::Kind || (statistics->kinds() & kShreddedTags) == 0) {
    needed.push_back(at);
    return needed;
  }
  const std::vector<PathId> below = paths_to_write(batch, at);
  needed.insert(needed.end(), below.begin(), below.end());
  return needed;
}

std::optional<PathId> own_column(BatchReader& batch, const Path& path) {
  const PathDictionary& paths = batch.paths();
  const auto prefix = paths.longest_prefix(path);
  if (prefix.steps < path.steps.size() || path.through_array()) return std::nullopt;
  for (PathId above = prefix.id; above != kRootPath;) {
    above = paths[above].parent;
    const Statistics* of_above = batch.statistics(above);
    if (of_above != nullptr && of_above->count(Tag::Opaque) > 0) return std::nullopt;
  }
  return prefix.id;
}

bool holds_scalar(BatchReader& batch, const Path& path, std::uint32_t row) {
  constexpr TagSet kOthers = kNestedTags | tag_bit(Tag::Missing);
  const auto own = own_column(batch, path);
  const Statistics* statistics = own ? batch.statistics(*own) : nullptr;
  if (statistics == nullptr) return false;
  if ((statistics->kinds() & kOthers) == 0) return true;
  const VectorPtr picked = batch.picked(*own, RowSpan(&row, 1));
  const Tag tag = picked ? picked->tag(0) : batch.column(*own)->tag(row);
  return (tag_bit(tag) & kOthers) == 0;
}

VectorPtr to_sql(VectorPtr vector, BatchReader& batch, PathId path) {
  if ((vector->kinds & kShreddedTags) == 0) return vector;
  return with_text(*vector, batch, path, [](std::uint32_t row) { return row; });
}

VectorPtr to_sql(VectorPtr vector, BatchReader& batch, PathId path, RowSpan rows) {
  if ((vector->kinds & kShreddedTags) == 0) return vector;
  return with_text(*vector, batch, path, [rows](std::uint32_t row) { return rows[row]; });
}

}  // namespace arbors::batch
