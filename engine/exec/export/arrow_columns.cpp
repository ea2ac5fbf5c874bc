#include "engine/exec/export/arrow_columns.h"

#include "engine/base/error.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/export/arrow_scalars.h"
#include "engine/exec/export/seen_values.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using batch::tag_bit;
using batch::Vector;

constexpr batch::TagSet kWritten = tag_bit(Tag::Object) | tag_bit(Tag::Array);

// Notes where a row's text or elements end; false beyond the bound.
bool add_offset(std::size_t value, std::size_t most, ArrowArray& to) {
  to.offsets.push_back(static_cast<std::int32_t>(value));
  return value <= most;
}

// Writes each value that is there as JSON text.
template <typename Write>
bool add_json_texts(const Vector& values, std::size_t most, ArrowArray& to, Write write) {
  to.offsets.assign(1, 0);
  to.offsets.reserve(values.rows + std::size_t{1});
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if ((tag_bit(values.tag(row)) & batch::kNullTags) == 0) write(row, to.values);
    if (!add_offset(to.values.size(), most, to)) return false;
  }
  return true;
}

bool add_json_values(const Vector& values, std::size_t most, ArrowArray& to) {
  return add_json_texts(values, most, to, [&](std::uint32_t row, std::string& out) {
    batch::write_value(values, row, out);
  });
}

// Adds the values of a scalar field; false where texts do not fit.
bool add_scalars(ArrowKind kind, const Vector& values, std::size_t most, ArrowArray& to) {
  switch (kind) {
    case ArrowKind::Bool:
      add_booleans(values, to);
      return true;
    case ArrowKind::Integer:
      add_integers(values, to);
      return true;
    case ArrowKind::Unsigned:
      add_unsigned(values, to);
      return true;
    case ArrowKind::Real:
      add_reals(values, to);
      return true;
    default:
      return add_texts(values, most, to);
  }
}

}  // namespace

std::optional<ArrowArray> ArrowColumns::encode(const ArrowField& field, PathId path,
                                               const RowChoice& rows) {
  fits_ = true;
  ArrowArray encoded = array(field, path, rows);
  if (!fits_) return std::nullopt;
  return encoded;
}

ArrowArray ArrowColumns::array(const ArrowField& field, PathId path, const RowChoice& rows) {
  const batch::VectorPtr all = column(path, rows);
  const batch::VectorPtr chosen = rows.all ? all : batch::gather(*all, rows.rows);
  ArrowArray encoded = arrow_array(field, *chosen);
  switch (field.kind) {
    case ArrowKind::Json:
      add_json(path, *chosen, rows, encoded);
      break;
    case ArrowKind::List:
      add_list(field, path, *all, rows, encoded);
      break;
    case ArrowKind::Struct:
      for (const ArrowField& member : field.children) {
        if (!fits_) break;
        const PathId inside = path == kNoPath ? kNoPath : batch_.paths().find_key(path, member.key);
        encoded.children.push_back(array(member, inside, rows));
      }
      break;
    default:
      fits_ = add_scalars(field.kind, *chosen, most_offset_, encoded);
  }
  return encoded;
}

// Fetches a path's column; one of nothing but missing rows where the batch does not have the path.
batch::VectorPtr ArrowColumns::column(PathId path, const RowChoice& rows) {
  batch::VectorPtr column = path == kNoPath ? nullptr : batch_.column(path);
  if (!column) return batch::uniform(Tag::Missing, rows.domain_rows);
  if (column->rows != rows.domain_rows)
    throw_corrupt("the column of '" + batch_.paths().text(path) + "' holds another count of rows");
  return column;
}

void ArrowColumns::add_json(PathId path, const Vector& vector, const RowChoice& rows,
                            ArrowArray& to) {
  fits_ = (vector.kinds & kWritten) == 0
              ? add_json_values(vector, most_offset_, to)
              : add_json_texts(vector, most_offset_, to, [&](std::uint32_t row, std::string& out) {
                  trees_.write(path, rows[row], out);
                });
}

void ArrowColumns::add_list(const ArrowField& field, PathId path, const Vector& lists,
                            const RowChoice& rows, ArrowArray& to) {
  to.offsets.assign(1, 0);
  to.offsets.reserve(rows.count() + std::size_t{1});
  std::size_t end = 0;
  for (std::uint32_t i = 0; i < rows.count() && fits_; ++i) {
    const std::uint32_t row = rows[i];
    if (!lists.starts.empty() && row != batch::kNoRow)
      end += lists.starts[row + 1] - lists.starts[row];
    fits_ = add_offset(end, most_offset_, to);
  }
  if (!fits_) return;
  const PathId element = path == kNoPath ? kNoPath : batch_.paths().find_element(path);
  to.children.push_back(array(field.children[0], element, rows.elements(lists)));
}

std::optional<ArrowArray> encode_values(const ArrowField& field, const Vector& values,
                                        std::size_t most_offset) {
  if (field.kind == ArrowKind::List || field.kind == ArrowKind::Struct) {
    const batch::BatchReaderPtr batch = shredded(values, true);
    return ArrowColumns(*batch, most_offset)
        .encode(field, kRootPath, RowChoice::everything(values.rows));
  }
  ArrowArray encoded = arrow_array(field, values);
  const bool fits = field.kind == ArrowKind::Json
                        ? add_json_values(values, most_offset, encoded)
                        : add_scalars(field.kind, values, most_offset, encoded);
  if (!fits) return std::nullopt;
  return encoded;
}

}  // namespace arbors::exec
