#include "engine/exec/scan/fields_batch.h"

#include <algorithm>
#include <utility>

#include "engine/batch/trees/value_writer.h"
#include "engine/exec/scan/reshape.h"
#include "engine/json/values/writer.h"

namespace arbors::exec {

FieldsBatch::FieldsBatch(std::vector<NamedColumn> fields, std::uint32_t rows)
    : fields_(std::move(fields)), rows_(rows) {
  for (const NamedColumn& field : fields_) {
    json::write_string(keys_.emplace_back(), field.name);
    keys_.back() += ':';
  }
}

bool FieldsBatch::append_tree(std::uint32_t row, std::string& out) {
  write(row, out);
  return true;
}

void FieldsBatch::write(std::uint32_t row, std::string& out) const {
  out += '{';
  bool first = true;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const batch::Vector& values = *fields_[i].values;
    if (values.tag(row) == batch::Tag::Missing) continue;
    if (!first) out += ',';
    first = false;
    out += keys_[i];
    batch::write_value(values, row, out);
  }
  out += '}';
}

// Nothing stands inside of what is neither object nor array; texts of these are read once.
batch::BatchReader& FieldsBatch::columns() const {
  if (columns_) return *columns_;
  if (std::ranges::none_of(fields_, [](const NamedColumn& field) {
        return (field.values->kinds & batch::kNestedTags) != 0;
      })) {
    columns_ = std::make_shared<ColumnBatch>(fields_, rows_);
    return *columns_;
  }
  std::vector<std::string> texts(rows_);
  for (std::uint32_t row = 0; row < rows_; ++row) write(row, texts[row]);
  columns_ = batch_of_texts(texts);
  return *columns_;
}

}  // namespace arbors::exec
