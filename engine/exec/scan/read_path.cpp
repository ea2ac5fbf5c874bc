#include "engine/exec/scan/read_path.h"

#include "engine/batch/trees/path_reader.h"

namespace arbors::exec {
namespace {

void add_read(const expr::Expr& expr, std::vector<ReadPath>& found) {
  if (expr.as<expr::And>() != nullptr || expr.as<expr::Or>() != nullptr ||
      expr.as<expr::Not>() != nullptr) {
    for (const expr::ExprPtr& arg : expr.args) add_read(*arg, found);
    return;
  }
  const bool is_null = expr.as<expr::IsNull>() != nullptr;
  if (const auto* read = is_null ? expr.args[0]->as<expr::PathRead>() : nullptr) {
    found.push_back({read->path, batch::Nested::Kind});
    return;
  }
  for (Path& path : expr::paths(expr)) found.push_back({std::move(path)});
}

}  // namespace

std::vector<ReadPath> read_paths(const expr::Expr& expr) {
  std::vector<ReadPath> found;
  add_read(expr, found);
  return found;
}

void load_paths(std::span<const ReadPath> paths, batch::BatchReader& batch) {
  std::vector<PathId> columns;
  for (const ReadPath& read : paths) {
    const std::vector<PathId> needed = batch::paths_needed(read.path, batch, read.nested);
    columns.insert(columns.end(), needed.begin(), needed.end());
  }
  batch.load(columns);
}

}  // namespace arbors::exec
