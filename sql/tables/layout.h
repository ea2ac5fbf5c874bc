// The shadow tables of an Arbor: their names and their making, as FORMAT.md draws them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/access/sqlite.h"

namespace arbors::store {

inline constexpr std::int64_t kStorageFormat = 4;  // what is written
inline constexpr std::int64_t kFrozenFormat = 4;   // the oldest that is read, for good

// The parts after `X_`, without those of kept-up indexes (`index1`, …).
std::span<const std::string_view> shadow_parts();
bool is_shadow_part(std::string_view part);  // for xShadowName

struct Names {
  std::string schema;
  std::string table;

  std::string operator()(std::string_view part) const;  // "schema"."X_part", quoted
};

void create_tables(sqlite3* db, const Names& names);
void drop_tables(sqlite3* db, const Names& names);
void rename_tables(sqlite3* db, const Names& names, const std::string& table);
bool table_exists(sqlite3* db, const Names& names, std::string_view part);

// Lists the parts of the kept-up indexes that exist.
std::vector<std::string> index_parts(sqlite3* db, const Names& names);

}  // namespace arbors::store
