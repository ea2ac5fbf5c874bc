// X_pending: the log of changes, as FORMAT.md draws it. Records are appended and read in order;
// their meaning is the mirror's business.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sql/layout.h"
#include "sql/statement.h"

namespace arbors::store {

// Stored on disk: never renumber.
enum class Op : std::uint8_t {
  Base = 0,
  Insert = 1,
  Erase = 2,
  Replace = 3,
  Carried = 4,
  Counts = 5,
};

// What Base and Counts records hold.
struct Counts {
  std::int64_t next_rowid = 1;
  std::uint32_t next_batch = 1;
  std::uint64_t trees = 0;               // live ones, after this record
  std::uint64_t added = 0, removed = 0;  // that no other record of its generation tells
};

struct Record {
  std::int64_t seq = 0;
  std::int64_t generation = 0;
  Op op = Op::Base;
  std::int64_t rowid = 0;  // Insert, Erase, Replace, Carried
  std::string tree;        // Insert, Replace, Carried
  Counts counts;           // Base, Counts
};

class ChangeLog {
 public:
  ChangeLog(sqlite3* db, const Names& names);

  std::int64_t newest();  // the greatest seq; Corrupt for an empty log
  void append(std::int64_t seq, std::int64_t generation, Op op, std::int64_t rowid,
              std::string_view tree);
  void append(std::int64_t seq, std::int64_t generation, Op op, const Counts& counts);

  // Calls `each` with the records from `from` on, in order.
  void read(std::int64_t from, const std::function<void(Record&)>& each);
  // Finds the newest Base of a generation or an older one.
  std::optional<std::int64_t> base_of(std::int64_t generation);
  void remove(std::int64_t from, std::int64_t before);  // from <= seq < before

 private:
  std::string table_;
  Statement newest_, append_, read_, base_, remove_;
};

}  // namespace arbors::store
