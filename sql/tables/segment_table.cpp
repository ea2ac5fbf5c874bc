#include "sql/tables/segment_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "engine/exec/scan/row_selector.h"
#include "sql/tables/row_seal.h"

namespace arbors::store {

namespace {

constexpr std::string_view kColumns =
    "id, batch, nonce, trees, pools, pos, born, died, first_row, rows, count, first_rowid, "
    "json_bytes, seal, rowids, live";
constexpr int kIntegers = 13;  // of these, the first
constexpr int kDied = 7, kRowids = 14, kLive = 15;

// The statements that name all columns.
struct Texts {
  std::string read, all, dead, add;
};

const Texts& texts() {
  static const Texts made = [] {
    std::string values = "+";  // see Statement
    for (const char c : kColumns) {
      values += c;
      if (c == ' ') values += '+';
    }
    const std::string select = "SELECT " + values + " FROM @";
    return Texts{select + " WHERE born <= ?1 AND died > ?1 ORDER BY id", select + " ORDER BY id",
                 select + " WHERE died <= ?1 OR died <= born",
                 "INSERT INTO @(" + std::string(kColumns) +
                     ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                     "?15, ?16)"};
  }();
  return made;
}

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

using Integers = std::array<std::int64_t, kIntegers>;

// What a row holds, as it is bound and sealed.
struct Cells {
  Integers integers{};
  Bytes rowids, live;
};

Cells cells_of(const SegmentVersion& segment) {
  const exec::Segment& run = segment.run;
  const BatchFacts& facts = segment.facts;
  return {{segment.id, static_cast<std::int64_t>(run.batch), static_cast<std::int64_t>(facts.nonce),
           static_cast<std::int64_t>(facts.trees), static_cast<std::int64_t>(facts.pools),
           segment.pos, segment.born, segment.died, static_cast<std::int64_t>(run.first_row),
           static_cast<std::int64_t>(run.rows), static_cast<std::int64_t>(run.count),
           run.first_rowid, static_cast<std::int64_t>(facts.json_bytes)},
          write_rowids(run.rowids),
          write_live(run.live)};
}

// Seals a version but for when it died, which comes last: it alone changes.
RowSeal seal_of(const Cells& cells) {
  RowSeal seal("segment");
  for (int at = 0; at < kIntegers; ++at) {
    if (at != kDied) seal.add(cells.integers[static_cast<std::size_t>(at)]);
  }
  for (const Bytes* bytes : {&cells.rowids, &cells.live}) {
    if (bytes->empty()) {
      seal.add_null();
    } else {
      seal.add(ByteSpan(*bytes));
    }
  }
  return seal;
}

// A row of the table, each of its cells fetched once.
struct Row {
  explicit Row(const Statement::Use& use)
      : died(use.cell(kDied)),
        stored_seal(use.cell(kIntegers)),
        rowids(use.cell(kRowids)),
        live(use.cell(kLive)) {
    for (int column = 0; column < kIntegers; ++column) {
      const Statement::Use::Cell cell = column == kDied ? died : use.cell(column);
      integers[static_cast<std::size_t>(column)] = cell.integer_alone().value_or(0);
      if (column != kDied) seal.add(cell);
    }
    seal.add(rowids).add(live);
  }

  Statement::Use::Cell died, stored_seal, rowids, live;
  Integers integers;        // what stands in an integer's place fails the seal
  RowSeal seal{"segment"};  // of all but when it died
};

bool in_range(const Integers& cells) {
  const auto [id, batch, nonce, trees, pools, pos, born, died, first_row, rows, count, first_rowid,
              json_bytes] = cells;
  struct Bounds {
    std::int64_t value, least, most;
  };
  const Bounds bounds[] = {{batch, 0, INT32_MAX},  {trees, 1, UINT32_MAX},
                           {pools, 0, UINT32_MAX}, {rows, 1, trees},
                           {count, 0, rows},       {first_row, 0, trees - rows}};
  return std::ranges::all_of(
      bounds, [](const Bounds& one) { return one.value >= one.least && one.value <= one.most; });
}

// What the integers say, which may be out of range.
SegmentVersion segment_of(const Integers& cells) {
  const auto [id, batch, nonce, trees, pools, pos, born, died, first_row, rows, count, first_rowid,
              json_bytes] = cells;
  SegmentVersion segment;
  segment.id = id;
  segment.pos = pos;
  segment.born = born;
  segment.died = died;
  segment.facts = {static_cast<std::uint64_t>(nonce), static_cast<std::uint32_t>(trees),
                   static_cast<std::uint32_t>(pools), static_cast<std::uint64_t>(json_bytes)};
  segment.run.batch = static_cast<exec::BatchId>(batch);
  segment.run.first_row = static_cast<std::uint32_t>(first_row);
  segment.run.rows = static_cast<std::uint32_t>(rows);
  segment.run.count = static_cast<std::uint32_t>(count);
  segment.run.first_rowid = first_rowid;
  return segment;
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

SegmentRows rows_alive(const exec::Segment& run) {
  SegmentRows live;
  live.rows.reserve(run.rows);
  live.rowids.reserve(run.rows);
  for (std::uint32_t row = 0; row < run.rows; ++row) {
    if (!run.is_live(row)) continue;
    live.rows.push_back(run.first_row + row);
    live.rowids.push_back(run.rowid(row));
  }
  return live;
}

std::uint32_t count_live_before(const exec::Segment& run, std::uint32_t row) {
  return static_cast<std::uint32_t>(exec::position_of(run, run.first_row + row) - run.position);
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
      quoted_(names("segment")),
      read_(db, quoted_, texts().read),
      all_(db, quoted_, texts().all),
      add_(db, quoted_, texts().add),
      kill_(db, quoted_, "UPDATE @ SET died = ?2, seal = ?3 WHERE id = ?1"),
      dead_(db, quoted_, texts().dead),
      remove_(db, quoted_, "DELETE FROM @ WHERE id = ?1"),
      refers_(db, quoted_, "SELECT 1 FROM @ WHERE batch = ?1 LIMIT 1"),
      last_id_(db, quoted_, "SELECT max(id) FROM @") {}

SegmentVersion SegmentTable::row(Statement::Use& use) {
  Row stored(use);
  const Integers& cells = stored.integers;
  SegmentVersion segment = segment_of(cells);
  segment.seal = stored.seal.value();
  const auto fail = [&](std::string_view why) {
    throw_corrupt("segment " + std::to_string(segment.id) + " (batch " + std::to_string(cells[1]) +
                  ") of '" + table_ + "'" + std::string(why));
  };
  if (stored.seal.add(stored.died).value() != stored.stored_seal.integer())
    fail(" fails its checksum");
  if (!in_range(cells)) fail(" is out of range");
  exec::Segment& run = segment.run;
  try {
    if (!stored.rowids.is_null()) run.rowids = read_rowids(stored.rowids.blob(), run.rows);
    if (!stored.live.is_null()) run.live = read_live(stored.live.blob(), run.rows);
  } catch (const Error& error) {
    fail(std::string(": ") + error.what());
  }
  if (run.rowids.empty() && run.first_rowid > INT64_MAX - run.rows)
    fail(" has rowids out of range");
  const std::uint32_t count = std::exchange(run.count, count_live(run));
  if (run.count != count) fail(" miscounts its live rows");
  return segment;
}

std::vector<SegmentVersion> SegmentTable::read(std::int64_t generation) {
  std::vector<SegmentVersion> segments;
  Statement::Use use(read_);
  use.bind(1, generation);
  while (use.step()) segments.push_back(row(use));
  // The order of ids is as a rule that of the positions, by which SQLite would sort all columns.
  if (!std::ranges::is_sorted(segments, {}, &SegmentVersion::pos))
    std::ranges::stable_sort(segments, {}, &SegmentVersion::pos);
  return segments;
}

std::vector<SegmentVersion> SegmentTable::read_all(const std::function<void(std::string)>& fault) {
  std::vector<SegmentVersion> segments;
  Statement::Use use(all_);
  while (use.step()) {
    try {
      segments.push_back(row(use));
    } catch (const Error& error) {
      fault(error.what());
    }
  }
  return segments;
}

void SegmentTable::add(SegmentVersion& segment) {
  {
    Statement::Use use(last_id_);
    segment.id = use.step() ? use.integer(0) + 1 : 1;
  }
  const Cells cells = cells_of(segment);
  Statement::Use use(add_);
  for (int column = 0; column < kIntegers; ++column) {
    use.bind(column + 1, cells.integers[static_cast<std::size_t>(column)]);
  }
  RowSeal seal = seal_of(cells);
  segment.seal = seal.value();
  use.bind(kIntegers + 1, seal.add(segment.died).value());
  if (cells.rowids.empty()) {
    use.bind_null(15);
  } else {
    use.bind(15, ByteSpan(cells.rowids));
  }
  if (cells.live.empty()) {
    use.bind_null(16);
  } else {
    use.bind(16, ByteSpan(cells.live));
  }
  use.run();
}

void SegmentTable::kill(const SegmentVersion& segment, std::int64_t died) {
  Statement::Use use(kill_);
  use.bind(1, segment.id).bind(2, died);
  use.bind(3, seal_of(cells_of(segment)).add(died).value()).run();
}

std::vector<SegmentTable::Dead> SegmentTable::dead(std::int64_t oldest) {
  std::vector<Dead> dead;
  Statement::Use use(dead_);
  use.bind(1, oldest);
  while (use.step()) {
    const SegmentVersion segment = row(use);
    dead.push_back(
        {segment.id, segment.run.batch, segment.facts.nonce, segment.born, segment.died});
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

}  // namespace arbors::store
