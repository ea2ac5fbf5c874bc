#include "engine/exec/query/unknown_paths.h"

#include "engine/base/error.h"
#include "engine/exec/scan/decode_plan.h"
#include "engine/exec/source/json_source.h"
#include "engine/plan/nearest_name.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kFound = SIZE_MAX;

// Follows a path as far as it goes; kFound, or the first step that leads nowhere from `at`.
std::size_t follow(const PathDictionary& paths, const Path& path, PathId& at) {
  at = kRootPath;
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const PathStep& step = path.steps[i];
    const PathId next =
        step.kind == PathStep::Kind::Key ? paths.find_key(at, step.key) : paths.find_element(at);
    if (next == kNoPath) return i;
    at = next;
  }
  return kFound;
}

// Tells whether a path goes on from objects to their members, as explode does.
bool enters_members(const PathDictionary& paths, const Path& path, std::size_t step, PathId at) {
  return path.steps[step].kind != PathStep::Kind::Key && !paths.children(at).empty();
}

// Tells whether some tree of the source may have the path.
bool may_occur(TreeSource& source, const Path& path) {
  PathId at = kRootPath;
  const std::size_t stop = follow(source.paths(), path, at);
  if (stop == kFound || enters_members(source.paths(), path, stop, at)) return true;
  for (const Segment& segment : source.segments()) {
    const batch::BatchReaderPtr batch = source.open_batch(segment.batch);
    const std::size_t step = follow(batch->paths(), path, at);
    if (step == kFound || enters_members(batch->paths(), path, step, at)) return true;
    for (PathId above = at;; above = batch->paths()[above].parent) {
      const batch::Statistics* statistics = batch->statistics(above);
      if (statistics != nullptr && statistics->count(batch::Tag::Opaque) != 0) return true;
      if (above == kRootPath) break;
    }
  }
  return false;
}

// Finds the first path of those whose last key is nearest to a word; the root where none is near.
PathId nearest_last_key(const PathDictionary& paths, std::string_view word) {
  std::vector<std::string_view> names;
  for (PathId id = kRootPath + 1; id < paths.size(); ++id)
    if (!paths[id].element) names.push_back(paths[id].key);
  const std::string_view nearest = plan::nearest_name(word, names);
  for (PathId id = kRootPath + 1; !nearest.empty() && id < paths.size(); ++id)
    if (!paths[id].element && paths[id].key == nearest) return id;
  return kRootPath;
}

// Gives the path itself with the key that leads nowhere replaced by the nearest one there, if that
// is a path; else the first path whose last key is nearest. Empty where none is near.
std::string nearest_path(const PathDictionary& paths, Path path) {
  PathId above = kRootPath;
  const std::size_t step = follow(paths, path, above);
  if (path.steps[step].kind != PathStep::Kind::Key) return "";
  std::vector<std::string_view> names;
  for (const PathId child : paths.children(above))
    if (!paths[child].element) names.push_back(paths[child].key);
  const PathStep last = path.steps.back();
  const std::string_view nearest = plan::nearest_name(path.steps[step].key, names);
  path.steps[step].key = nearest;
  const bool there = !nearest.empty() && follow(paths, path, above) == kFound;
  if (!there && last.kind == PathStep::Kind::Key) {
    const PathId elsewhere = nearest_last_key(paths, last.key);
    if (elsewhere != kRootPath) return paths.text(elsewhere);
  }
  return nearest.empty() ? "" : to_text(path);
}

std::string said_of(const TreeSource& source, const Path& path) {
  const std::string nearest = nearest_path(source.paths(), path);
  return "no tree has " + to_text(path) + (nearest.empty() ? "" : "; nearest: " + nearest);
}

TreeSourcePtr trees_of(const plan::Source& source, const SourceBinder& bind) {
  if (source.kind == plan::Source::Kind::Json) return json_source(source.name);
  if (source.kind == plan::Source::Kind::File) return nullptr;
  return bind(source).trees;
}

}  // namespace

std::vector<std::string> unknown_paths(const plan::Node& plan, const SourceBinder& bind) {
  std::vector<std::string> all;
  for (const DecodedPaths& read : decode_plan(plan)) {
    const TreeSourcePtr trees = read.paths.empty() ? nullptr : trees_of(read.source, bind);
    if (!trees || trees->trees() == 0) continue;
    for (const Path& path : read.paths)
      if (!path.steps.empty() && !may_occur(*trees, path)) all.push_back(said_of(*trees, path));
  }
  return all;
}

void refuse_unknown_paths(const plan::Node& plan, const SourceBinder& bind,
                          const ExecutionContext& context) {
  if (!context.strict_paths) return;
  const std::vector<std::string> unknown = unknown_paths(plan, bind);
  if (!unknown.empty())
    throw_invalid(unknown.front() + " (arbor_config('strict_paths', 0) lets it be NULL)");
}

}  // namespace arbors::exec
