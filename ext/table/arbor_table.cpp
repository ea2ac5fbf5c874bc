#include "ext/table/arbor_table.h"

#include "engine/base/error.h"
#include "sql/tables/layout.h"

namespace arbors::ext {

std::string ArborTable::column_name(int column) const {
  if (is_data(column)) return columns[static_cast<std::size_t>(column)].name;
  const auto which = static_cast<std::size_t>(column) - columns.size();
  return which < store::kHiddenColumns.size() ? store::kHiddenColumns[which] : name;
}

int ArborTable::column_number(std::string_view column) const {
  if (column.empty()) return -1;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == column) return static_cast<int>(i);
  for (std::size_t i = 0; i < store::kHiddenColumns.size(); ++i)
    if (store::kHiddenColumns[i] == column) return static_cast<int>(columns.size() + i);
  if (has_name_column && column == name) return hidden(Hidden::Name);
  throw_invalid("no such column: " + std::string(column));
}

void ArborTable::refuse_match() const {
  if (!has_name_column)
    throw_invalid("here " + quote_identifier(name) +
                  " is a column like any other: write _tree MATCH '…'");
  throw_invalid("MATCH stands after the table's name or after _tree: " + quote_identifier(name) +
                " MATCH '…', _tree MATCH '…'");
}

}  // namespace arbors::ext
