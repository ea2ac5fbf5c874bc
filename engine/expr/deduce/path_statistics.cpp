#include "engine/expr/deduce/path_statistics.h"

#include <algorithm>

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

Path element_path(const Path& root, const Path& list) {
  Path elements = root;
  elements.steps.insert(elements.steps.end(), list.steps.begin(), list.steps.end());
  const bool finds = std::any_of(list.steps.begin(), list.steps.end(), [](const PathStep& step) {
    return step.kind == PathStep::Kind::Every;
  });
  if (!finds) elements.steps.push_back({PathStep::Kind::Every, {}, 0});
  return elements;
}

}  // namespace arbors::expr
