// X_meta: the few facts about an Arbor that change seldom. One checksum stands over all of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/access/statement.h"
#include "sql/tables/layout.h"
#include "sql/tables/options.h"

namespace arbors::store {

// A generation older than `oldest` that is kept, alone.
struct KeptGeneration {
  std::int64_t generation = 0;
  std::int64_t seal = 0;   // of its last record in the log
  std::int64_t until = 0;  // the time of the generation that followed

  bool operator==(const KeptGeneration&) const = default;
};

// The storage formats that a library reads, the newest of which it makes.
struct Formats {
  std::int64_t oldest = kFrozenFormat;
  std::int64_t newest = kStorageFormat;
};

struct Retained {
  std::int64_t oldest = 0;           // from there on all are whole
  std::vector<KeptGeneration> kept;  // ascending
  std::map<std::string, std::int64_t> tags;
};

class MetaTable {
 public:
  MetaTable(sqlite3* db, const Names& names, Formats formats = {});

  void create(const Options& options, std::int64_t base);  // of a new Arbor
  // Throws Unsupported for another storage format, as all that follow do; Corrupt for damage.
  Options read_options();
  void upgrade();  // to the newest storage format

  using Numbered = std::pair<std::int64_t, std::string>;
  // What opening an Arbor asks, read at once.
  struct Facts {
    Options options;
    std::int64_t base = 0;
    std::vector<Numbered> indexes, keys;  // see below
    bool utf8 = true;                     // the database's encoding
  };
  Facts read_facts();

  std::int64_t integer(std::string_view key);
  void set(std::string_view key, std::int64_t value);
  void set_text(std::string_view key, const std::string& text);  // an empty one takes the row away

  // Which generations are readable.
  Retained retained();
  void retain(const Retained& retained);
  void set_tag(const std::string& tag, std::optional<std::int64_t> generation);  // none: takes off

  // The kept-up indexes: numbers and the texts of their paths.
  void write_index(std::int64_t number, std::string_view path);
  void remove_index(std::int64_t number);
  // The unique key, of which there is one at most: the number of its index and its paths.
  void write_key(std::int64_t number, const std::string& paths);  // empty: takes it away

 private:
  using Rows = std::map<std::string, Value, std::less<>>;
  Rows read();
  std::vector<Numbered> numbered(const Rows& rows, std::string_view prefix) const;
  Options options(const Rows& rows) const;
  void check_format(const Rows& rows) const;
  void change(std::string_view key, const Value& value);
  void remove(std::string_view key);
  void write(std::string_view key, const Value& value);
  bool erase(Rows& rows, const std::string& key);  // false where there is none; seals nothing
  std::int64_t integer(const Rows& rows, std::string_view key) const;
  const Value& value(const Rows& rows, std::string_view key) const;

  std::string table_;
  std::string quoted_;  // as SQL names the stored table
  Formats formats_;
  bool utf8_ = true;  // as the last row that was read shows
  Statement read_, set_, remove_;
};

}  // namespace arbors::store
