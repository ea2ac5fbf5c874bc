// Sequence edits: cut and join the pieces of sources. No tree is read.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/exec/rows/spliced_source.h"
#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {
namespace {

std::uint64_t count_of(const Pieces& pieces) {
  std::uint64_t count = 0;
  for (const Piece& piece : pieces) count += piece.segment.count;
  return count;
}

// Turns a position into a place among `count`; negatives count from the end.
std::uint64_t place(std::int64_t position, std::uint64_t count, std::uint64_t end,
                    const char* stage) {
  const std::int64_t at = position < 0 ? position + static_cast<std::int64_t>(count) : position;
  if (at < 0 || static_cast<std::uint64_t>(at) >= end)
    throw_invalid(std::string(stage) + ": position " + std::to_string(position) +
                  " is out of range (there are " + std::to_string(count) + " trees)");
  return static_cast<std::uint64_t>(at);
}

// Gives `all` with the trees first .. end - 1 replaced by others.
Relation spliced(const Pieces& all, std::uint64_t first, std::uint64_t end, const Pieces& others) {
  Pieces pieces = cut(all, 0, first);
  pieces.insert(pieces.end(), others.begin(), others.end());
  const Pieces rest = cut(all, end, count_of(all) - end);
  pieces.insert(pieces.end(), rest.begin(), rest.end());
  return relation_of(std::make_shared<SplicedSource>(pieces));
}

}  // namespace

Relation concatenated(const Relation& first, const Relation& second,
                      const ExecutionContext& context) {
  const Pieces all = pieces_of(to_source(first, context));
  const std::uint64_t count = count_of(all);
  return spliced(all, count, count, pieces_of(to_source(second, context)));
}

Relation inserted(const Relation& into, std::int64_t position, const Relation& what,
                  const ExecutionContext& context) {
  const Pieces all = pieces_of(to_source(into, context));
  const std::uint64_t count = count_of(all);
  const std::uint64_t at = place(position, count, count + 1, "insert");
  return spliced(all, at, at, pieces_of(to_source(what, context)));
}

Relation replaced(const Relation& into, std::int64_t position, const Relation& what,
                  const ExecutionContext& context) {
  const Pieces all = pieces_of(to_source(into, context));
  const Pieces others = pieces_of(to_source(what, context));
  if (count_of(others) != 1)
    throw_invalid("set takes a plan of one tree, not of " + std::to_string(count_of(others)));
  const std::uint64_t count = count_of(all);
  const std::uint64_t at = place(position, count, count, "set");
  return spliced(all, at, at + 1, others);
}

Relation removed(const Relation& from, const std::vector<std::int64_t>& positions,
                 const ExecutionContext& context) {
  const Pieces all = pieces_of(to_source(from, context));
  const std::uint64_t count = count_of(all);
  std::vector<std::uint64_t> places;
  for (const std::int64_t position : positions)
    places.push_back(place(position, count, count, "remove"));
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  Pieces kept;
  std::uint64_t at = 0;
  places.push_back(count);
  for (const std::uint64_t next : places) {
    const Pieces between = cut(all, at, next - at);
    kept.insert(kept.end(), between.begin(), between.end());
    at = next + 1;
  }
  return relation_of(std::make_shared<SplicedSource>(kept));
}

}  // namespace arbors::exec
