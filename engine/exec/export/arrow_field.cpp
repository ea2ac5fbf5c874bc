#include "engine/exec/export/arrow_field.h"

#include <unordered_set>

namespace arbors::exec {
namespace {

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

}  // namespace

void name_fields(std::vector<ArrowField>& columns) {
  std::unordered_set<std::string> taken;
  for (const ArrowField& column : columns) taken.insert(lower_case(column.name));
  std::unordered_set<std::string> given;
  for (ArrowField& column : columns) {
    if (column.name.empty() || !given.insert(lower_case(column.name)).second) {
      const std::string name = column.name;
      unsigned number = 2;
      do column.name = name + '_' + std::to_string(number++);
      while (!taken.insert(lower_case(column.name)).second);
      given.insert(lower_case(column.name));
    }
    if (column.kind == ArrowKind::Struct || column.kind == ArrowKind::List)
      name_fields(column.children);
  }
}

}  // namespace arbors::exec
