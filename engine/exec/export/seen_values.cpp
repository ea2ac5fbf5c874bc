#include "engine/exec/export/seen_values.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/vector_ops.h"

namespace arbors::exec {
namespace {

using batch::Statistics;
using batch::Tag;
using batch::tag_bit;
using batch::TagSet;

constexpr TagSet kIntegers = tag_bit(Tag::Integer) | tag_bit(Tag::BigNumber);

batch::BuilderLimits limits(bool whole) {
  batch::BuilderLimits limits;
  if (whole) limits.max_keys = limits.max_paths = limits.most_paths = limits.most_cells = SIZE_MAX;
  return limits;
}

}  // namespace

bool read_unsigned(std::string_view digits, std::uint64_t& number) {
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size();
}

batch::BatchReaderPtr shredded(const batch::Vector& values, bool whole) {
  std::string texts;
  std::vector<std::size_t> ends;
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    batch::write_value(values, row, texts);
    ends.push_back(texts.size());
  }
  std::vector<std::string_view> documents;
  documents.reserve(ends.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    documents.push_back(std::string_view(texts).substr(begin, end - begin));
    begin = end;
  }
  auto paths = std::make_shared<PathDictionary>();
  auto built =
      std::make_shared<batch::BuiltBatch>(batch::build_batch(documents, *paths, limits(whole)));
  return std::make_shared<batch::MemoryBatch>(std::move(built), std::move(paths));
}

struct SeenValues::Member {
  std::string key;
  SeenValues values = {};
};

SeenValues::SeenValues() = default;
SeenValues::~SeenValues() = default;
SeenValues::SeenValues(SeenValues&&) noexcept = default;
SeenValues& SeenValues::operator=(SeenValues&&) noexcept = default;

SeenValues& SeenValues::member(std::string_view key) {
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) return known->second->values;
  Member& added = *members_.emplace_back(std::make_unique<Member>(Member{std::string(key)}));
  by_key_.emplace(added.key, &added);
  return added.values;
}

SeenValues& SeenValues::element() {
  if (!element_) element_ = std::make_unique<SeenValues>();
  return *element_;
}

void SeenValues::add_big_numbers(const batch::Vector& values) {
  std::uint64_t number = 0;
  for (std::uint32_t row = 0; row < values.rows && !range_.beyond; ++row)
    if (values.tag(row) == Tag::BigNumber) range_.beyond = !read_unsigned(values.text(row), number);
}

void SeenValues::add(batch::BatchReader& batch, PathId path) {
  const Statistics* const statistics = path == kNoPath ? nullptr : batch.statistics(path);
  if (statistics == nullptr) return;
  kinds_ |= static_cast<TagSet>(statistics->kinds() & ~tag_bit(Tag::Missing));
  if (statistics->count(Tag::Integer) != 0) range_.negative |= statistics->integer_min < 0;
  if (statistics->count(Tag::BigNumber) != 0 && !range_.beyond)
    add_big_numbers(*batch.column(path));
  if (statistics->count(Tag::Object) + statistics->count(Tag::Array) == 0) return;
  const PathDictionary& paths = batch.paths();
  for (const PathId child : paths.children(path)) {
    if (batch.statistics(child) == nullptr) continue;
    (paths[child].element ? element() : member(paths[child].key)).add(batch, child);
  }
}

void SeenValues::add(batch::BatchReader& batch, PathId path, const RowChoice& rows) {
  const batch::VectorPtr column = path == kNoPath ? nullptr : batch.column(path);
  if (!column) return;
  if (column->rows != rows.domain_rows)
    throw_corrupt("the column of '" + batch.paths().text(path) + "' holds another count of rows");
  add_scalars(rows.all ? *column : *batch::gather(*column, rows.rows));
  const RowChoice elements = rows.elements(*column);
  const PathDictionary& paths = batch.paths();
  for (const PathId child : paths.children(path)) {
    if (batch.statistics(child) == nullptr) continue;
    if (paths[child].element)
      element().add(batch, child, elements);
    else
      member(paths[child].key).add(batch, child, rows);
  }
}

bool SeenValues::knows(batch::BatchReader& batch, PathId path) const {
  const Statistics* const statistics = path == kNoPath ? nullptr : batch.statistics(path);
  if (statistics == nullptr) return true;
  if ((statistics->kinds() & ~kinds_ & ~tag_bit(Tag::Missing)) != 0) return false;
  if (statistics->count(Tag::Integer) != 0 && statistics->integer_min < 0 && !range_.negative)
    return false;
  if (statistics->count(Tag::BigNumber) != 0 && !range_.beyond) return false;
  const PathDictionary& paths = batch.paths();
  const auto children = paths.children(path);
  return std::all_of(children.begin(), children.end(), [&](PathId child) {
    if (batch.statistics(child) == nullptr) return true;
    if (paths[child].element) return element_ && element_->knows(batch, child);
    const auto known = by_key_.find(paths[child].key);
    return known != by_key_.end() && known->second->values.knows(batch, child);
  });
}

void SeenValues::add(const batch::VectorPtr& values) {
  if (!values->has(Tag::Opaque)) return add_scalars(*values);
  const batch::BatchReaderPtr batch = shredded(*values, false);
  add(*batch, kRootPath);
}

void SeenValues::add_scalars(const batch::Vector& values) {
  TagSet kinds = 0;
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    const Tag tag = values.tag(row);
    kinds |= tag_bit(tag);
    if (tag == Tag::Integer) range_.negative |= values.integers[row] < 0;
  }
  kinds_ |= static_cast<TagSet>(kinds & ~tag_bit(Tag::Missing));
  if ((kinds & tag_bit(Tag::BigNumber)) != 0) add_big_numbers(values);
}

void SeenValues::add(const SeenValues& more) {
  kinds_ |= more.kinds_;
  range_.negative |= more.range_.negative;
  range_.beyond |= more.range_.beyond;
  for (const auto& from : more.members_) member(from->key).add(from->values);
  if (more.element_) element().add(*more.element_);
}

ArrowField SeenValues::field(std::string name, unsigned depth) const {
  ArrowField field{std::move(name), kind(depth)};
  if (field.kind == ArrowKind::Struct) field.children = members(depth + 1);
  if (field.kind == ArrowKind::List)
    field.children.push_back(element_ ? element_->field("item", depth + 1) : ArrowField{"item"});
  return field;
}

std::vector<ArrowField> SeenValues::members(unsigned depth) const {
  std::vector<ArrowField> fields;
  for (const auto& member : members_) {
    if (member->values.nothing()) continue;
    fields.push_back(member->values.field(member->key, depth));
    fields.back().key = member->key;
  }
  return fields;
}

ArrowKind SeenValues::kind(unsigned depth) const {
  const auto only = [found = kinds_ & ~batch::kNullTags](TagSet allowed) {
    return (found & ~allowed) == 0;
  };
  if (only(tag_bit(Tag::String))) return ArrowKind::Text;  // nulls alone, too
  if (only(tag_bit(Tag::False) | tag_bit(Tag::True))) return ArrowKind::Bool;
  if (only(tag_bit(Tag::Integer))) return ArrowKind::Integer;
  if (only(kIntegers) && !range_.negative && !range_.beyond) return ArrowKind::Unsigned;
  if (only(kIntegers | tag_bit(Tag::Real))) return ArrowKind::Real;
  if (depth > kMostArrowDepth) return ArrowKind::Json;
  if (only(tag_bit(Tag::Array))) return ArrowKind::List;
  if (only(tag_bit(Tag::Object)))
    for (const auto& member : members_)
      if (!member->values.nothing()) return ArrowKind::Struct;
  return ArrowKind::Json;
}

}  // namespace arbors::exec
