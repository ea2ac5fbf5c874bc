#include "engine/exec/export/arrow_columns.h"

#include "engine/base/error.h"
#include "engine/batch/vector_ops.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using batch::tag_bit;
using batch::TagSet;
using batch::Vector;

constexpr std::size_t kAlignment = 8;  // of every buffer in a body
constexpr TagSet kBooleanTags = tag_bit(Tag::False) | tag_bit(Tag::True);

// Gives the tags that a field's rows may have besides Null and Missing.
TagSet tags_of(ArrowKind kind) {
  switch (kind) {
    case ArrowKind::Null:
      return 0;
    case ArrowKind::Bool:
      return kBooleanTags;
    case ArrowKind::Integer:
      return tag_bit(Tag::Integer);
    case ArrowKind::Real:
      return tag_bit(Tag::Integer) | tag_bit(Tag::Real);
    case ArrowKind::Text:
      return tag_bit(Tag::String);
    case ArrowKind::List:
      return tag_bit(Tag::Array);
    case ArrowKind::Struct:
      return tag_bit(Tag::Object);
    case ArrowKind::Json:
      break;
  }
  return static_cast<TagSet>(~batch::kNullTags);
}

bool in(Tag tag, TagSet set) { return (tag_bit(tag) & set) != 0; }

// Finds the tags that occur, exactly (`kinds` may name more).
TagSet tags_in(const Vector& vector) {
  if (vector.rows == 0) return 0;
  if (vector.tags.empty()) return tag_bit(vector.uniform);
  TagSet found = 0;
  for (const std::uint8_t tag : vector.tags) found |= tag_bit(static_cast<Tag>(tag));
  return found;
}

// Packs one bit a row, least significant first: whether its tag is in the set.
std::string bits(const Vector& vector, TagSet set) {
  if (vector.tags.empty())
    return std::string((vector.rows + 7) / 8, in(vector.uniform, set) ? '\xFF' : '\0');
  std::string packed((vector.rows + 7) / 8, '\0');
  for (std::uint32_t row = 0; row < vector.rows; ++row)
    if (in(static_cast<Tag>(vector.tags[row]), set))
      packed[row / 8] = static_cast<char>(packed[row / 8] | (1 << (row % 8)));
  return packed;
}

std::int64_t count_nulls(const Vector& vector) {
  if (vector.tags.empty()) return in(vector.uniform, batch::kNullTags) ? vector.rows : 0;
  std::int64_t nulls = 0;
  for (const std::uint8_t tag : vector.tags)
    nulls += in(static_cast<Tag>(tag), batch::kNullTags) ? 1 : 0;
  return nulls;
}

}  // namespace

std::optional<ArrowBody> ArrowColumns::encode(std::span<const ArrowField> fields,
                                              const RowChoice& trees) {
  body_ = {};
  body_.rows = trees.count();
  fits_ = true;
  for (const ArrowField& field : fields) {
    add(field, trees);
    if (!fits_) return std::nullopt;
  }
  return std::move(body_);
}

void ArrowColumns::add(const ArrowField& field, const RowChoice& rows) {
  const batch::VectorPtr all = column(field.path, rows);
  const batch::VectorPtr chosen = rows.all ? all : batch::gather(*all, rows.rows);
  add_validity(field, *chosen);
  switch (field.kind) {
    case ArrowKind::Null:
      return;
    case ArrowKind::Bool:
      return add_buffer(bits(*chosen, tag_bit(Tag::True)));
    case ArrowKind::Integer:
      return add_integers(*chosen);
    case ArrowKind::Real:
      return add_reals(*chosen);
    case ArrowKind::Text:
      return add_text(*chosen);
    case ArrowKind::Json:
      return add_json(field, *chosen, rows);
    case ArrowKind::List:
      return add_list(field, *all, rows);
    case ArrowKind::Struct:
      for (const ArrowField& member : field.children)
        if (fits_) add(member, rows);
  }
}

// Fetches a path's column; one of nothing but missing rows where the batch does not have the path.
batch::VectorPtr ArrowColumns::column(PathId path, const RowChoice& rows) {
  batch::VectorPtr column = path == kNoPath ? nullptr : batch_.column(path);
  if (!column) return batch::uniform(Tag::Missing, rows.domain_rows);
  if (column->rows != rows.domain_rows)
    throw_corrupt("the column of '" + batch_.paths().text(path) + "' holds another count of rows");
  return column;
}

// Adds the node, and the bitmap of the rows that hold a value: none where all do.
void ArrowColumns::add_validity(const ArrowField& field, const Vector& vector) {
  if ((tags_in(vector) & ~batch::kNullTags & ~tags_of(field.kind)) != 0)
    throw_corrupt("'" + batch_.paths().text(field.path) +
                  "' holds a kind of value that its statistics do not know");
  const std::int64_t nulls = count_nulls(vector);
  body_.nodes.push_back({vector.rows, nulls});
  if (field.kind == ArrowKind::Null) return;  // has no buffer at all
  add_buffer(nulls == 0 ? std::string() : bits(vector, tags_of(field.kind)));
}

void ArrowColumns::add_integers(const Vector& vector) {
  if (vector.integers.empty())
    return add_buffer(std::string(vector.rows * sizeof(std::int64_t), '\0'));
  add_buffer<std::int64_t>(vector.integers);
}

void ArrowColumns::add_reals(const Vector& vector) {
  std::vector<double> reals = vector.reals;
  reals.resize(vector.rows);
  if (vector.has(Tag::Integer))
    for (std::uint32_t row = 0; row < vector.rows; ++row)
      if (vector.tag(row) == Tag::Integer) reals[row] = static_cast<double>(vector.integers[row]);
  add_buffer<double>(reals);
}

void ArrowColumns::add_text(const Vector& vector) {
  std::vector<std::int32_t> offsets{0};
  offsets.reserve(vector.rows + std::size_t{1});
  std::string text;
  for (std::uint32_t row = 0; row < vector.rows; ++row) {
    text += vector.text(row);
    if (!offset(text.size(), offsets)) return;
  }
  add_texts(offsets, text);
}

void ArrowColumns::add_json(const ArrowField& field, const Vector& vector, const RowChoice& rows) {
  std::vector<std::int32_t> offsets{0};
  offsets.reserve(vector.rows + std::size_t{1});
  std::string text;
  for (std::uint32_t row = 0; row < vector.rows; ++row) {
    if (!in(vector.tag(row), batch::kNullTags)) trees_.write(field.path, rows[row], text);
    if (!offset(text.size(), offsets)) return;
  }
  add_texts(offsets, text);
}

void ArrowColumns::add_list(const ArrowField& field, const Vector& lists, const RowChoice& rows) {
  std::vector<std::int32_t> offsets{0};
  offsets.reserve(rows.count() + std::size_t{1});
  std::size_t end = 0;
  for (std::uint32_t i = 0; i < rows.count(); ++i) {
    if (!lists.starts.empty()) end += lists.starts[rows[i] + 1] - lists.starts[rows[i]];
    if (!offset(end, offsets)) return;
  }
  add_buffer<std::int32_t>(offsets);
  add(field.children[0], rows.elements(lists));
}

void ArrowColumns::add_texts(std::span<const std::int32_t> offsets, std::string_view text) {
  add_buffer(offsets);
  add_buffer(text);
}

// Notes where a row's text or elements end.
bool ArrowColumns::offset(std::size_t value, std::vector<std::int32_t>& offsets) {
  fits_ = value <= most_offset_;
  offsets.push_back(static_cast<std::int32_t>(value));
  return fits_;
}

void ArrowColumns::add_buffer(std::string_view bytes) {
  std::string& body = body_.bytes;
  body_.buffers.push_back(
      {static_cast<std::int64_t>(body.size()), static_cast<std::int64_t>(bytes.size())});
  body += bytes;
  body.resize((body.size() + kAlignment - 1) / kAlignment * kAlignment);
}

}  // namespace arbors::exec
