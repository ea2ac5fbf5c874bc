// X_pending: the log of changes, as FORMAT.md draws it. Records are appended and read in order,
// each sealed together with the seal of the one before it; their meaning is the state's business.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/access/statement.h"
#include "sql/tables/layout.h"
#include "sql/tables/row_change.h"

namespace arbors::store {

// Stored on disk: never renumber.
enum class Op : std::uint8_t {
  Base = 0,
  Insert = 1,
  Erase = 2,
  Replace = 3,
  Carried = 4,
  Counts = 5,
  Set = 6,
};

inline bool tells_counts(Op op) { return op == Op::Base || op == Op::Counts; }

// What Base and Counts records hold.
struct Counts {
  std::int64_t next_rowid = 1;
  std::uint32_t next_batch = 1;
  std::uint64_t trees = 0;               // live ones, after this record
  std::uint64_t added = 0, removed = 0;  // that no other record of its generation tells
  std::int64_t paths_seal = 0;           // of X_path
  std::int64_t segments_seal = 0;        // of the segments that the record's generation sees
  std::int64_t previous_seal = 0;        // a Base's: the chain can begin with it
};

struct Record {
  std::int64_t seq = 0;
  std::int64_t generation = 0;
  std::int64_t time = 0;  // of the transaction's first write, see sql/access/clock.h
  std::int64_t seal = 0;
  Op op = Op::Base;
  std::int64_t rowid = 0;            // Insert, Erase, Replace, Set
  std::string tree;                  // Insert, Replace
  std::vector<std::int64_t> more;    // Erase: the rows erased after the first
  std::vector<SetValue> values;      // Set
  std::vector<ReplacedRow> carried;  // Carried
  Counts counts;                     // Base, Counts
};

class ChangeLog {
 public:
  ChangeLog(sqlite3* db, const Names& names);

  std::int64_t newest();  // the greatest seq; Corrupt for an empty log
  // Where a record goes: after the one with the seal `previous`.
  struct Spot {
    std::int64_t seq = 0;
    std::int64_t generation = 0;
    std::int64_t time = 0;
    std::int64_t previous = 0;
  };
  // Append a record; return its seal. One of the same seq is replaced.
  std::int64_t append(const Spot& spot, Op op, std::int64_t rowid, std::string_view tree);
  std::int64_t append(const Spot& spot, Op op, Counts counts);
  std::int64_t append(const Spot& spot, std::int64_t rowid, std::span<const SetValue> values);
  // Of these rows, at least one, together.
  std::int64_t append_erased(const Spot& spot, std::span<const std::int64_t> rowids);
  std::int64_t append_carried(const Spot& spot, std::span<const ReplacedRow> rows);

  // What is read from a Base on: up to a generation, which all records follow, or which is kept
  // alone and ends with the record of this seal.
  struct Until {
    std::int64_t generation = INT64_MAX;
    std::optional<std::int64_t> seal = std::nullopt;
  };
  using Each = std::function<void(Record&)>;
  // Calls `each` with the records from a Base on, or after a known record, in order. Throws Corrupt
  // where one was changed, or where some are missing.
  void read_from(std::int64_t base, const Each& each) { read_from(base, {}, each); }
  void read_from(std::int64_t base, const Until& until, const Each& each);
  void read_after(std::int64_t seq, std::int64_t seal, const Each& each) {
    read_after(seq, seal, {}, each);
  }
  void read_after(std::int64_t seq, std::int64_t seal, const Until& until, const Each& each);
  // Names the records that fail their seals. Behind those with the seals `ends`, some may be gone.
  void check(const std::set<std::int64_t>& ends, const std::function<void(std::string)>& fault);

  // A record's place in the three orders of the log, which are one.
  struct Mark {
    std::int64_t seq = 0;
    std::int64_t generation = 0;
    std::int64_t time = 0;
    std::int64_t seal = 0;
  };
  // Finds the first record of a generation beyond that one, or of a time beyond that one, and the
  // last before a seq, in few steps.
  std::optional<Mark> first_beyond_generation(std::int64_t generation);
  std::optional<Mark> first_beyond_time(std::int64_t time);
  std::optional<Mark> last_before(std::int64_t seq);

  bool holds(std::int64_t seq, std::int64_t seal);
  std::int64_t seal_before(std::int64_t seq);  // of the record before that one; 0: there is none
  // Finds the newest Base of a generation or an older one.
  std::optional<std::int64_t> base_of(std::int64_t generation);
  void remove(std::int64_t from, std::int64_t before);  // from <= seq < before
  // Removes the oldest of these records, `most` at most; true where that was all.
  bool remove_oldest(std::int64_t from, std::int64_t before, std::uint64_t most);

 private:
  using Row = std::array<Statement::Use::Cell, 7>;  // seq, generation, time, op, row, seal, tree
  static Row row_of(const Statement::Use& use);
  static bool follows(const Record& record, const Row& row, std::int64_t previous);
  std::int64_t append(const Spot& spot, Op op, std::int64_t rowid, ByteSpan tree);
  void read(std::int64_t from, std::optional<std::int64_t> seal, const Until& until,
            const Each& each);
  std::optional<Mark> mark_from(std::int64_t seq);  // of the first record from there on
  Mark within(const std::optional<Mark>& mark, std::int64_t low, std::int64_t high) const;
  template <typename Beyond>
  std::optional<Mark> first(const Beyond& beyond);
  void parse(const Row& row, Record& record) const;
  [[noreturn]] void fail(std::int64_t seq, std::string_view why) const;

  std::string table_;
  std::string quoted_;  // as SQL names the stored table
  Statement newest_, append_, read_, base_, remove_, skip_, seal_, next_, last_;
};

}  // namespace arbors::store
