// X_meta: the few facts about an Arbor that change seldom.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/layout.h"
#include "sql/options.h"
#include "sql/statement.h"

namespace arbors::store {

class MetaTable {
 public:
  MetaTable(sqlite3* db, const Names& names);

  std::optional<std::int64_t> find(std::string_view key);
  std::int64_t integer(std::string_view key);  // Corrupt where it is missing
  void set(std::string_view key, std::int64_t value);

  // The kept-up indexes: numbers and the texts of their paths.
  std::vector<std::pair<std::int64_t, std::string>> read_indexes();
  void write_index(std::int64_t number, std::string_view path);
  void remove_index(std::int64_t number);

  void write_options(const Options& options);
  Options read_options();  // Unsupported for a newer format, Corrupt for damage

 private:
  std::string table_;
  Statement get_, set_, indexes_, remove_;
};

}  // namespace arbors::store
