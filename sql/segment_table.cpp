#include "sql/segment_table.h"

#include <bit>

namespace arbors::store {

namespace {

constexpr std::string_view kColumns =
    "id, batch, nonce, trees, pools, pos, born, died, first_row, rows, count, first_rowid, rowids, "
    "live, json_bytes";

std::vector<std::int64_t> read_rowids(ByteSpan bytes, std::uint32_t rows) {
  ByteReader reader(bytes, "rowids");
  std::vector<std::int64_t> rowids;
  rowids.reserve(rows);
  std::uint64_t last = 0;
  for (std::uint32_t k = 0; k < rows; ++k) {
    last += static_cast<std::uint64_t>(reader.zigzag());
    rowids.push_back(static_cast<std::int64_t>(last));
  }
  reader.expect_done();
  return rowids;
}

Bytes write_rowids(const std::vector<std::int64_t>& rowids) {
  Bytes out;
  ByteWriter writer(out);
  std::uint64_t last = 0;
  for (const std::int64_t rowid : rowids) {
    writer.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(rowid) - last));
    last = static_cast<std::uint64_t>(rowid);
  }
  return out;
}

std::vector<std::uint64_t> read_live(ByteSpan bytes, std::uint32_t rows) {
  const std::size_t words = (rows + 63) / 64;
  ByteReader reader(bytes, "live bits");
  std::vector<std::uint64_t> live(words);
  for (std::uint64_t& word : live) word = reader.fixed<std::uint64_t>();
  reader.expect_done();
  if (rows % 64 != 0 && (live.back() >> (rows % 64)) != 0) reader.fail("bits beyond the last row");
  return live;
}

Bytes write_live(const std::vector<std::uint64_t>& live) {
  Bytes out;
  ByteWriter writer(out);
  for (const std::uint64_t word : live) writer.fixed(word);
  return out;
}

bool in_range(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value >= least && value <= most;
}

}  // namespace

std::uint32_t count_live(const exec::Segment& run) {
  if (run.live.empty()) return run.rows;
  std::uint32_t count = 0;
  for (const std::uint64_t word : run.live) {
    count += static_cast<std::uint32_t>(std::popcount(word));
  }
  return count;
}

void mark_dead(exec::Segment& run, std::uint32_t row) {
  if (run.live.empty()) {
    run.live.assign((run.rows + 63) / 64, ~std::uint64_t{0});
    if (run.rows % 64 != 0) run.live.back() = (std::uint64_t{1} << (run.rows % 64)) - 1;
  }
  run.live[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
}

exec::Segment slice(const exec::Segment& run, std::uint32_t from, std::uint32_t rows) {
  exec::Segment part;
  part.batch = run.batch;
  part.first_row = run.first_row + from;
  part.rows = rows;
  part.first_rowid = run.first_rowid + from;
  if (!run.rowids.empty()) {
    part.rowids.assign(run.rowids.begin() + from, run.rowids.begin() + from + rows);
  }
  if (!run.live.empty()) {
    part.live.assign((rows + 63) / 64, 0);
    for (std::uint32_t k = 0; k < rows; ++k) {
      if (run.is_live(from + k)) part.live[k >> 6] |= std::uint64_t{1} << (k & 63);
    }
  }
  part.count = count_live(part);
  if (part.count == part.rows) part.live.clear();
  return part;
}

SegmentTable::SegmentTable(sqlite3* db, const Names& names)
    : table_(names.table),
      read_(db, "SELECT " + std::string(kColumns) + " FROM " + names("segment") +
                    " WHERE born <= ?1 AND died > ?1 ORDER BY pos, id"),
      all_(db, "SELECT " + std::string(kColumns) + " FROM " + names("segment") + " ORDER BY id"),
      add_(db, "INSERT INTO " + names("segment") + "(" + std::string(kColumns) +
                   ") VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
                   "RETURNING id"),
      kill_(db, "UPDATE " + names("segment") + " SET died = ?2 WHERE id = ?1"),
      dead_(db, "SELECT id, batch, nonce FROM " + names("segment") +
                    " WHERE died <= ?1 OR died <= born"),
      remove_(db, "DELETE FROM " + names("segment") + " WHERE id = ?1"),
      refers_(db, "SELECT 1 FROM " + names("segment") + " WHERE batch = ?1 LIMIT 1"),
      last_batch_(db, "SELECT max(batch) FROM " + names("segment")) {}

SegmentVersion SegmentTable::row(Statement::Use& use) {
  SegmentVersion segment;
  segment.id = use.integer(0);
  const std::int64_t batch = use.integer(1), trees = use.integer(3), pools = use.integer(4);
  const std::int64_t first_row = use.integer(8), rows = use.integer(9), count = use.integer(10);
  segment.facts.nonce = static_cast<std::uint64_t>(use.integer(2));
  segment.pos = use.integer(5);
  segment.born = use.integer(6);
  segment.died = use.integer(7);
  const std::string where = "segment " + std::to_string(segment.id) + " (batch " +
                            std::to_string(batch) + ") of '" + table_ + "'";
  if (!in_range(batch, 0, INT32_MAX) || !in_range(trees, 1, UINT32_MAX) ||
      !in_range(pools, 0, UINT32_MAX) || !in_range(rows, 1, trees) ||
      !in_range(first_row, 0, trees - rows) || !in_range(count, 0, rows)) {
    throw_corrupt(where + " is out of range");
  }
  segment.facts.trees = static_cast<std::uint32_t>(trees);
  segment.facts.pools = static_cast<std::uint32_t>(pools);
  segment.facts.json_bytes = static_cast<std::uint64_t>(use.integer(14));
  exec::Segment& run = segment.run;
  run.batch = static_cast<exec::BatchId>(batch);
  run.first_row = static_cast<std::uint32_t>(first_row);
  run.rows = static_cast<std::uint32_t>(rows);
  run.first_rowid = use.integer(11);
  try {
    if (!use.is_null(12)) run.rowids = read_rowids(use.blob(12), run.rows);
    if (!use.is_null(13)) run.live = read_live(use.blob(13), run.rows);
  } catch (const Error& error) {
    throw_corrupt(where + ": " + error.what());
  }
  if (run.rowids.empty() && run.first_rowid > INT64_MAX - rows) {
    throw_corrupt(where + " has rowids out of range");
  }
  run.count = count_live(run);
  if (run.count != count) throw_corrupt(where + " miscounts its live rows");
  return segment;
}

std::vector<SegmentVersion> SegmentTable::read(std::int64_t generation) {
  std::vector<SegmentVersion> segments;
  Statement::Use use(read_);
  use.bind(1, generation);
  while (use.step()) segments.push_back(row(use));
  return segments;
}

std::vector<SegmentVersion> SegmentTable::read_all() {
  std::vector<SegmentVersion> segments;
  Statement::Use use(all_);
  while (use.step()) segments.push_back(row(use));
  return segments;
}

void SegmentTable::add(SegmentVersion& segment) {
  const exec::Segment& run = segment.run;
  const Bytes rowids = write_rowids(run.rowids);
  const Bytes live = write_live(run.live);
  Statement::Use use(add_);
  use.bind(1, static_cast<std::int64_t>(run.batch))
      .bind(2, static_cast<std::int64_t>(segment.facts.nonce))
      .bind(3, static_cast<std::int64_t>(segment.facts.trees))
      .bind(4, static_cast<std::int64_t>(segment.facts.pools))
      .bind(5, segment.pos)
      .bind(6, segment.born)
      .bind(7, segment.died)
      .bind(8, static_cast<std::int64_t>(run.first_row))
      .bind(9, static_cast<std::int64_t>(run.rows))
      .bind(10, static_cast<std::int64_t>(run.count))
      .bind(11, run.first_rowid)
      .bind(14, static_cast<std::int64_t>(segment.facts.json_bytes));
  if (run.rowids.empty()) {
    use.bind_null(12);
  } else {
    use.bind(12, ByteSpan(rowids));
  }
  if (run.live.empty()) {
    use.bind_null(13);
  } else {
    use.bind(13, ByteSpan(live));
  }
  if (use.step()) segment.id = use.integer(0);
  use.run();
}

void SegmentTable::kill(std::int64_t id, std::int64_t died) {
  Statement::Use use(kill_);
  use.bind(1, id).bind(2, died).run();
}

std::vector<SegmentTable::Dead> SegmentTable::dead(std::int64_t oldest) {
  std::vector<Dead> dead;
  Statement::Use use(dead_);
  use.bind(1, oldest);
  while (use.step()) {
    dead.push_back({use.integer(0), static_cast<std::uint32_t>(use.integer(1)),
                    static_cast<std::uint64_t>(use.integer(2))});
  }
  return dead;
}

void SegmentTable::remove(std::int64_t id) {
  Statement::Use use(remove_);
  use.bind(1, id).run();
}

bool SegmentTable::refers_to(std::uint32_t batch) {
  Statement::Use use(refers_);
  use.bind(1, static_cast<std::int64_t>(batch));
  return use.step();
}

std::uint32_t SegmentTable::next_batch() {
  Statement::Use use(last_batch_);
  return use.step() && !use.is_null(0) ? static_cast<std::uint32_t>(use.integer(0)) + 1 : 1;
}

}  // namespace arbors::store
