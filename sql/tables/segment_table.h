// X_segment: versions of runs of batches' trees, and the queries that find those a generation sees.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "engine/exec/source/tree_source.h"
#include "sql/access/statement.h"
#include "sql/tables/layout.h"

namespace arbors::store {

inline constexpr std::int64_t kAlive = std::numeric_limits<std::int64_t>::max();  // died: not yet
inline constexpr std::int64_t kPositionGap = std::int64_t{1} << 32;

// What is known of a batch without reading it.
struct BatchFacts {
  std::uint64_t nonce = 0;
  std::uint32_t trees = 0;
  std::uint32_t pools = 0;       // typed streams of all its columns
  std::uint64_t json_bytes = 0;  // of the text that came in
};

struct SegmentVersion {
  std::int64_t id = 0;
  std::int64_t pos = 0;
  std::int64_t born = 0;
  std::int64_t died = kAlive;
  std::int64_t seal = 0;  // of all else; the row's own covers `died` as well
  BatchFacts facts;
  exec::Segment run;  // its `position` is computed by snapshots
};

class SegmentTable {
 public:
  SegmentTable(sqlite3* db, const Names& names);

  // Lists the versions that a generation sees, in order. Throws Corrupt where one fails its seal.
  std::vector<SegmentVersion> read(std::int64_t generation);
  // Lists all in order of id; names those that fail their seals.
  std::vector<SegmentVersion> read_all(const std::function<void(std::string)>& fault);

  void add(SegmentVersion& segment);  // gives it its id
  void kill(const SegmentVersion& segment, std::int64_t died);

  struct Dead {
    std::int64_t id;
    std::uint32_t batch;
    std::uint64_t nonce;
    std::int64_t born;
    std::int64_t died;
  };
  std::vector<Dead> dead(std::int64_t oldest);  // those that no generation from `oldest` on sees
  void remove(std::int64_t id);
  bool refers_to(std::uint32_t batch);

 private:
  SegmentVersion row(Statement::Use& use);

  std::string table_;
  std::string quoted_;  // as SQL names the stored table
  Statement read_, all_, add_, kill_, dead_, remove_, refers_, last_id_;
};

// Sets live rows' count from the bits.
std::uint32_t count_live(const exec::Segment& run);
// A run's live rows, by their numbers in its batch, and their rowids.
struct SegmentRows {
  std::vector<std::uint32_t> rows;
  std::vector<std::int64_t> rowids;
};
SegmentRows rows_alive(const exec::Segment& run);
// Counts the live rows before a row of a run.
std::uint32_t count_live_before(const exec::Segment& run, std::uint32_t row);
// Marks a row of a run as dead; `count` stays as it was.
void mark_dead(exec::Segment& run, std::uint32_t row);
// Cuts rows [from, from + rows) out of a run.
exec::Segment slice(const exec::Segment& run, std::uint32_t from, std::uint32_t rows);

}  // namespace arbors::store
