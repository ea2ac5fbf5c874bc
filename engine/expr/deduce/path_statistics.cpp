#include "engine/expr/deduce/path_statistics.h"

namespace arbors::expr {

PathStatistics path_statistics(batch::BatchReader& reader, const Path& path) {
  const PathDictionary& paths = reader.paths();
  PathId at = kRootPath;
  for (const PathStep& step : path.steps) {
    if (step.kind == PathStep::Kind::Index) return {};
    const batch::Statistics* here = reader.statistics(at);
    if (here == nullptr) return {at != kRootPath, nullptr};  // every batch has a root
    if (here->count(batch::Tag::Opaque) > 0) return {};
    at = step.kind == PathStep::Kind::Key ? paths.find_key(at, step.key) : paths.find_element(at);
    if (at == kNoPath) return {true, nullptr};
  }
  return {true, reader.statistics(at), at};
}

}  // namespace arbors::expr
