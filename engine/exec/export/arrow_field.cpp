#include "engine/exec/export/arrow_field.h"

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using batch::tag_bit;
using batch::TagSet;

constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

bool exact(std::int64_t integer) { return integer >= -kExactInDouble && integer <= kExactInDouble; }

}  // namespace

void SeenKinds::Seen::add(const Seen& more) {
  kinds |= more.kinds;
  inexact |= more.inexact;
}

bool SeenKinds::Seen::holds(const Seen& other) const {
  return (other.kinds & ~kinds) == 0 && (inexact || !other.inexact);
}

SeenKinds::Seen SeenKinds::seen_of(const batch::Statistics& statistics) {
  Seen seen;
  seen.kinds = statistics.kinds();
  seen.inexact = statistics.count(Tag::Integer) != 0 &&
                 !(exact(statistics.integer_min) && exact(statistics.integer_max));
  return seen;
}

void SeenKinds::add(batch::BatchReader& batch, const RowChoice& trees) {
  const auto paths = static_cast<PathId>(batch.paths().size());
  if (seen_.size() < paths) seen_.resize(paths);
  bool news = false;
  for (PathId path = 0; path < paths && !news; ++path) {
    const batch::Statistics* const statistics = batch.statistics(path);
    news = statistics != nullptr && !seen_[path].holds(seen_of(*statistics));
  }
  if (!news) return;
  if (!trees.all) return add_rows(batch, kRootPath, trees);
  for (PathId path = 0; path < paths; ++path)
    if (const batch::Statistics* const statistics = batch.statistics(path))
      seen_[path].add(seen_of(*statistics));
}

void SeenKinds::add_rows(batch::BatchReader& batch, PathId path, const RowChoice& rows) {
  const batch::VectorPtr column = batch.column(path);
  if (!column) return;
  if (column->rows != rows.domain_rows)
    throw_corrupt("the column of '" + batch.paths().text(path) + "' holds another count of rows");
  Seen& seen = seen_[path];
  for (std::uint32_t i = 0; i < rows.count(); ++i) {
    const Tag tag = column->tag(rows[i]);
    seen.kinds |= tag_bit(tag);
    if (tag == Tag::Integer) seen.inexact |= !exact(column->integers[rows[i]]);
  }
  const RowChoice elements = rows.elements(*column);
  for (const PathId child : batch.paths().children(path))
    add_rows(batch, child, batch.paths()[child].element ? elements : rows);
}

std::vector<ArrowField> SeenKinds::columns(const PathDictionary& paths) const {
  if (!occurs(kRootPath)) return {};
  if (seen_[kRootPath].kinds == tag_bit(Tag::Object) && kind(paths, kRootPath) == ArrowKind::Struct)
    return members(paths, kRootPath);
  return {field(paths, kRootPath, "value")};
}

ArrowField SeenKinds::field(const PathDictionary& paths, PathId path, std::string name) const {
  ArrowField field{std::move(name), path, kind(paths, path), {}};
  if (field.kind == ArrowKind::Struct) field.children = members(paths, path);
  if (field.kind != ArrowKind::List) return field;
  const PathId element = paths.find_element(path);
  field.children.push_back(element != kNoPath && occurs(element)
                               ? this->field(paths, element, "item")
                               : ArrowField{"item", element, ArrowKind::Null, {}});
  return field;
}

ArrowKind SeenKinds::kind(const PathDictionary& paths, PathId path) const {
  const auto only = [found = seen_[path].kinds & ~batch::kNullTags](TagSet allowed) {
    return (found & ~allowed) == 0;
  };
  if (only(0)) return ArrowKind::Null;
  if (only(tag_bit(Tag::False) | tag_bit(Tag::True))) return ArrowKind::Bool;
  if (only(tag_bit(Tag::Integer))) return ArrowKind::Integer;
  if (only(tag_bit(Tag::Integer) | tag_bit(Tag::Real)) && !seen_[path].inexact)
    return ArrowKind::Real;
  if (only(tag_bit(Tag::String))) return ArrowKind::Text;
  if (only(tag_bit(Tag::Array))) return ArrowKind::List;
  if (only(tag_bit(Tag::Object)))
    for (const PathId child : paths.children(path))
      if (!paths[child].element && occurs(child)) return ArrowKind::Struct;
  return ArrowKind::Json;
}

std::vector<ArrowField> SeenKinds::members(const PathDictionary& paths, PathId object) const {
  std::vector<ArrowField> fields;
  for (const PathId child : paths.children(object))
    if (!paths[child].element && occurs(child))
      fields.push_back(field(paths, child, paths[child].key));
  return fields;
}

bool SeenKinds::occurs(PathId path) const {
  return path < seen_.size() && (seen_[path].kinds & ~tag_bit(Tag::Missing)) != 0;
}

}  // namespace arbors::exec
