// What a CREATE VIRTUAL TABLE said about an Arbor, kept in X_meta for good.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "sql/access/sqlite.h"

namespace arbors::store {

struct DeclaredColumn {
  std::string name;  // as SQL names it
  std::string type;  // declared type, empty for none
  Collation collation = Collation::Binary;
};

// The path behind a declared column's name: the name read as a path of keys, or as one key where it
// is none (`two words`, `a[0]`).
Path declared_path(std::string_view name);

struct Options {
  std::uint32_t batch_trees = 16384;  // trees of a batch, at most
  std::uint32_t retain = 8;           // generations kept readable, the current one included
  bool found_columns = true;          // false: columns=declared
  std::string retain_for;             // a modifier of time (`7 days`); empty: none
  std::string key;                    // the paths of the unique key (tree_key.h); empty: none
  std::vector<DeclaredColumn> declared;
  std::string declaration;  // the arguments of the CREATE statement, as they stood
};

// Hidden columns that every Arbor has, in their order; no path's column takes their names.
inline constexpr std::array<const char*, 4> kHiddenColumns{"_tree", "_index", "_generation",
                                                           "_patch"};

// Refuses a text that SQLite's date functions do not take as an age, such as `7 days`, when a minus
// stands before it: Error{Invalid}.
void check_age(sqlite3* db, const std::string& modifier);

inline constexpr std::uint32_t kMostDeclaredBatchTrees = 16384;  // what the option may say
inline constexpr std::uint32_t kMostRetain = 1'000'000;
inline constexpr std::uint32_t kMostBatchTrees = 1U << 20;
inline constexpr std::size_t kMostColumns = 1900;  // visible ones and those of objects together
inline constexpr std::uint64_t kBatchJsonBytes = 8U << 20;   // a batch closes beyond this much JSON
inline constexpr std::size_t kMostPendingBytes = 64U << 20;  // of trees not yet folded

}  // namespace arbors::store
