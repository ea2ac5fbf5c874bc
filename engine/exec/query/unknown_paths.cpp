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

std::string said_of(const TreeSource& source, const Path& path) {
  PathId above = kRootPath;
  const PathDictionary& paths = source.paths();
  const std::size_t step = follow(paths, path, above);
  std::string text = "no tree has " + to_text(path);
  if (path.steps[step].kind != PathStep::Kind::Key) return text;
  std::vector<std::string_view> names;
  for (const PathId child : paths.children(above))
    if (!paths[child].element) names.push_back(paths[child].key);
  const std::string_view nearest = plan::nearest_name(path.steps[step].key, names);
  if (nearest.empty()) return text;
  Path meant = path;
  meant.steps[step].key = nearest;
  return text + "; nearest: " + to_text(meant);
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
