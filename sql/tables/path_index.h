// One kept-up index: X_indexN(key, rowid), in SQLite's own B-tree and order. What a row stands
// under is index_keys.h's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/exec/source/key_order.h"
#include "engine/plan/logical_plan.h"
#include "sql/access/statement.h"
#include "sql/tables/index_keys.h"
#include "sql/tables/layout.h"

namespace arbors::store {

using plan::KeyRange;

class PathIndex {
 public:
  PathIndex(sqlite3* db, const Names& names, std::int64_t number, Path path);

  // Makes the table, empty, whether or not one was left behind.
  static void create_table(sqlite3* db, const Names& names, std::int64_t number);
  // Drops the table; empties it where a statement under way forbids that.
  static void drop_table(sqlite3* db, const Names& names, std::int64_t number);

  std::int64_t number() const { return number_; }
  const Path& path() const { return path_; }

  void clear();
  // One entry. A row of a key's index may stand there with the complement of its rowid, which is
  // below zero (key_index.h); what finds rows gives the rowid itself.
  void add_entry(const Value& key, std::int64_t rowid);
  void remove_entry(const Value& key, std::int64_t rowid);

  // Adds many entries, some of them by one statement: one for each costs three times as much. Keys
  // are not copied: they must stay until finish(), which is to be called at the end.
  class Writer {
   public:
    static constexpr std::size_t kTogether = 32;
    explicit Writer(PathIndex& index) : index_(index) {}
    void add(std::string_view text, std::int64_t rowid) { add({text, nullptr, rowid}); }
    void add(const Value& key, std::int64_t rowid) { add({{}, &key, rowid}); }
    void finish();

   private:
    struct Entry {
      std::string_view text;  // where there is no value
      const Value* value;
      std::int64_t rowid;
      void bind(Statement::Use& use, int at) const;
    };
    void add(const Entry& entry) {
      entries_[count_++] = entry;
      if (count_ == entries_.size()) finish();
    }
    bool write_together();

    PathIndex& index_;
    std::array<Entry, kTogether> entries_;
    std::size_t count_ = 0;
  };

  // Appends the rowids of a range; false where there are more than `most` of them.
  bool find(const KeyRange& range, std::size_t most, std::vector<std::int64_t>& rowids);
  // Appends the rows of a range in the order of their keys, whole keys only, until the run has
  // `wanted`; `beyond`: without the range's first key in that order. False where there are more
  // than `most`.
  bool walk(const KeyRange& range, bool descending, bool beyond, std::size_t wanted,
            std::size_t most, exec::KeyRun& run);
  bool holds(const Value& key, std::int64_t rowid);
  std::uint64_t entries();

 private:
  bool collect(Statement::Use& use, std::size_t most, std::vector<std::int64_t>& rowids);

  std::int64_t number_;
  Path path_;
  std::string quoted_;  // as SQL names the stored table
  Statement add_, add_together_, remove_, clear_, equal_, between_, holds_, count_;
  std::array<std::array<Statement, 2>, 2> walks_;  // by descending, beyond
};

}  // namespace arbors::store
