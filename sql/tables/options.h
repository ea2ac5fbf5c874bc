// What a CREATE VIRTUAL TABLE said about an Arbor, kept in X_meta for good.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"

namespace arbors::store {

struct DeclaredColumn {
  std::string name;  // as SQL names it
  std::string type;  // declared type, empty for none
};

// The path behind a declared column's name: the name read as a path of keys, or as one key where it
// is none (`two words`, `a[0]`).
Path declared_path(std::string_view name);

struct Options {
  std::uint32_t batch_trees = 16384;  // trees of a batch, at most
  std::uint32_t retain = 8;           // generations kept readable, the current one included
  bool found_columns = true;          // false: columns=declared
  std::vector<DeclaredColumn> declared;
};

inline constexpr std::uint32_t kMostBatchTrees = 1U << 20;
inline constexpr std::size_t kMostColumns = 1900;            // declared and found ones together
inline constexpr std::uint64_t kBatchJsonBytes = 8U << 20;   // a batch closes beyond this much JSON
inline constexpr std::size_t kMostPendingBytes = 64U << 20;  // of trees not yet folded

}  // namespace arbors::store
