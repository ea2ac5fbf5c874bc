// The paths of one Arbor, numbered in order of first appearance. A number means the same path in
// every batch, for good. Steps are object keys or "every element"; a path's domain is the nearest
// array above it (its elements are the path's rows), or the trees themselves.
// Copies share what they hold until one of them grows.
// Not thread-safe: writers hold the Arbor's own lock; readers get a copy (shared_ptr const).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"

namespace arbors {

using PathId = std::uint32_t;
inline constexpr PathId kRootPath = 0;
inline constexpr PathId kNoPath = 0xFFFFFFFF;

struct PathNode {
  PathId parent = kNoPath;
  bool element = false;       // the step is `[*]`; else an object key
  std::string key;            // the object key, unquoted; empty for an element
  PathId domain = kRootPath;  // the path whose rows are this path's rows: itself for an element,
                              // the parent's domain for a key, the root for the root
  std::uint16_t depth = 0;    // steps from the root
};

class PathDictionary {
 public:
  PathDictionary();  // holds the root as path 0

  std::size_t size() const { return tables_->nodes.size(); }
  // Stands until the dictionary grows.
  const PathNode& operator[](PathId id) const { return tables_->nodes[id]; }

  // Finds a child path; kNoPath where there is none.
  PathId find_key(PathId parent, std::string_view key) const;
  PathId find_element(PathId parent) const;

  // Finds or adds a child path.
  PathId intern_key(PathId parent, std::string_view key);
  PathId intern_element(PathId parent);

  // Follows a path's steps as far as the dictionary knows them (Index and Every both follow the
  // element step). `steps` is how many steps were followed; `id` the path reached.
  struct Prefix {
    PathId id = kRootPath;
    std::size_t steps = 0;
  };
  Prefix longest_prefix(const Path& path) const;

  Path path(PathId id) const;         // elements as `[*]`
  std::string text(PathId id) const;  // to_text(path(id))

  // Lists the children of a path in order of their numbers.
  std::span<const PathId> children(PathId id) const { return tables_->children[id]; }

 private:
  struct ChildKey {
    PathId parent;
    bool element;
    std::string_view key;
    bool operator==(const ChildKey&) const = default;
  };
  struct Tables {
    Tables();
    PathId find(const ChildKey& child) const;
    PathId add(const ChildKey& child);
    void place(PathId path);

    std::deque<PathNode> nodes;  // a deque: string_views into keys stay valid
    std::vector<std::vector<PathId>> children;
    // A path stands at its hash or in the next slot that was free, kNoPath. A power of two of
    // them, twice as many as paths at least.
    std::vector<PathId> slots;
  };
  static std::size_t hash(const ChildKey& child);
  PathId intern(const ChildKey& child);

  std::shared_ptr<Tables> tables_;
};

}  // namespace arbors
