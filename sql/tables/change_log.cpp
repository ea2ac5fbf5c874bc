#include "sql/tables/change_log.h"

#include <algorithm>

#include "sql/tables/row_seal.h"

namespace arbors::store {

namespace {

Bytes to_bytes(const Counts& counts) {
  Bytes out;
  ByteWriter writer(out);
  writer.zigzag(counts.next_rowid);
  writer.varint(counts.next_batch);
  writer.varint(counts.trees);
  writer.varint(counts.added);
  writer.varint(counts.removed);
  writer.fixed(counts.paths_seal);
  writer.fixed(counts.segments_seal);
  writer.fixed(counts.previous_seal);
  return out;
}

Counts read_counts(ByteSpan bytes) {
  ByteReader reader(bytes, "the change log");
  Counts counts;
  counts.next_rowid = reader.zigzag();
  counts.next_batch = static_cast<std::uint32_t>(reader.count(INT32_MAX));
  counts.trees = reader.varint();
  counts.added = reader.varint();
  counts.removed = reader.varint();
  counts.paths_seal = reader.fixed<std::int64_t>();
  counts.segments_seal = reader.fixed<std::int64_t>();
  counts.previous_seal = reader.fixed<std::int64_t>();
  reader.expect_done();
  return counts;
}

std::int64_t seal_of(const ChangeLog::Spot& spot, Op op, std::int64_t rowid, ByteSpan tree) {
  RowSeal seal("pending");
  seal.add(spot.seq).add(spot.generation).add(spot.time).add(static_cast<std::int64_t>(op));
  if (tells_counts(op)) {
    seal.add_null();
  } else {
    seal.add(rowid);
  }
  if (tree.empty()) {
    seal.add_null();
  } else {
    seal.add(tree);
  }
  return seal.add(spot.previous).value();
}

// The rows of an Erase after its first, as distances from one to the next.
Bytes to_bytes(std::span<const std::int64_t> rowids) {
  Bytes out;
  ByteWriter writer(out);
  for (std::size_t i = 1; i < rowids.size(); ++i) {
    writer.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(rowids[i]) -
                                            static_cast<std::uint64_t>(rowids[i - 1])));
  }
  return out;
}

std::vector<std::int64_t> read_erased(std::int64_t first, ByteSpan bytes) {
  ByteReader reader(bytes, "the change log");
  std::vector<std::int64_t> more;
  for (auto row = static_cast<std::uint64_t>(first); reader.remaining() > 0;) {
    row += static_cast<std::uint64_t>(reader.zigzag());
    more.push_back(static_cast<std::int64_t>(row));
  }
  return more;
}

}  // namespace

ChangeLog::ChangeLog(sqlite3* db, const Names& names)
    : table_(names.table),
      quoted_(names("pending")),
      newest_(db, quoted_, "SELECT max(seq) FROM @"),
      append_(db, quoted_,
              "INSERT OR REPLACE INTO @(seq, generation, time, op, row, seal, tree) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      read_(db, quoted_,
            "SELECT +seq, +generation, +time, +op, +row, +seal, +tree FROM @ "
            "WHERE seq >= ?1 ORDER BY seq"),
      base_(db, quoted_, "SELECT seq FROM @ WHERE op = 0 AND seq < ?1 ORDER BY seq DESC LIMIT 1"),
      remove_(db, quoted_, "DELETE FROM @ WHERE seq >= ?1 AND seq < ?2"),
      skip_(db, quoted_, "SELECT seq FROM @ WHERE seq >= ?1 ORDER BY seq LIMIT 1 OFFSET ?2"),
      seal_(db, quoted_, "SELECT seal FROM @ WHERE seq = ?1"),
      next_(db, quoted_,
            "SELECT seq, generation, time, seal FROM @ WHERE seq >= ?1 ORDER BY seq LIMIT 1"),
      last_(db, quoted_,
            "SELECT seq, generation, time, seal FROM @ WHERE seq < ?1 ORDER BY seq DESC LIMIT 1") {}

void ChangeLog::fail(std::int64_t seq, std::string_view why) const {
  throw_corrupt("record " + std::to_string(seq) + " of the change log of '" + table_ + "' " +
                std::string(why));
}

std::int64_t ChangeLog::newest() {
  Statement::Use use(newest_);
  if (!use.step() || use.is_null(0)) {
    throw_corrupt("the change log of '" + table_ + "' is empty");
  }
  return use.integer(0);
}

std::int64_t ChangeLog::append(const Spot& spot, Op op, std::int64_t rowid, ByteSpan tree) {
  const std::int64_t seal = seal_of(spot, op, rowid, tree);
  Statement::Use use(append_);
  use.bind(1, spot.seq).bind(2, spot.generation).bind(3, spot.time);
  use.bind(4, static_cast<std::int64_t>(op)).bind(5, rowid).bind(6, seal);
  if (tree.empty()) {
    use.bind_null(7);
  } else {
    use.bind(7, tree);
  }
  if (tells_counts(op)) use.bind_null(5);
  use.run();
  return seal;
}

std::int64_t ChangeLog::append(const Spot& spot, Op op, std::int64_t rowid, std::string_view tree) {
  return append(spot, op, rowid, bytes_of(tree));
}

std::int64_t ChangeLog::append(const Spot& spot, Op op, Counts counts) {
  counts.previous_seal = spot.previous;
  return append(spot, op, 0, to_bytes(counts));
}

std::int64_t ChangeLog::append(const Spot& spot, std::int64_t rowid,
                               std::span<const SetValue> values) {
  return append(spot, Op::Set, rowid, to_bytes(values));
}

std::int64_t ChangeLog::append_erased(const Spot& spot, std::span<const std::int64_t> rowids) {
  return append(spot, Op::Erase, rowids.front(), to_bytes(rowids));
}

std::int64_t ChangeLog::append_carried(const Spot& spot, std::span<const ReplacedRow> rows) {
  return append(spot, Op::Carried, 0, to_bytes(rows));
}

ChangeLog::Row ChangeLog::row_of(const Statement::Use& use) {
  return {use.cell(0), use.cell(1), use.cell(2), use.cell(3),
          use.cell(4), use.cell(5), use.cell(6)};
}

// Tells whether a record is as it was written after the one with the seal `previous`. A Base tells
// that seal itself, besides.
bool ChangeLog::follows(const Record& record, const Row& row, std::int64_t previous) {
  if (record.op == Op::Base && record.counts.previous_seal != previous) return false;
  const auto& [seq, generation, time, op, rowid, stored, tree] = row;
  RowSeal seal("pending");
  seal.add(seq).add(generation).add(time).add(op).add(rowid).add(tree).add(previous);
  return record.seal == seal.value();
}

void ChangeLog::parse(const Row& row, Record& record) const {
  record.seq = row[0].integer();
  record.generation = row[1].integer();
  record.time = row[2].integer();
  const std::int64_t op = row[3].integer();
  if (op < 0 || op > static_cast<std::int64_t>(Op::Set)) fail(record.seq, "is impossible");
  record.op = static_cast<Op>(op);
  record.rowid = row[4].integer();
  record.seal = row[5].integer();
  record.tree.clear();
  record.more.clear();
  record.values.clear();
  record.carried.clear();
  const ByteSpan tree = row[6].blob();
  try {
    if (tells_counts(record.op)) {
      record.counts = read_counts(tree);
    } else if (record.op == Op::Erase) {
      record.more = read_erased(record.rowid, tree);
    } else if (record.op == Op::Set) {
      record.values = read_values(tree);
    } else if (record.op == Op::Carried) {
      record.carried = read_rows(tree);
    } else {
      record.tree = text_of(tree);
    }
  } catch (const Error&) {
    fail(record.seq, "is impossible");
  }
}

void ChangeLog::read(std::int64_t from, std::optional<std::int64_t> seal, const Until& until,
                     const Each& each) {
  Statement::Use use(read_);
  use.bind(1, from);
  Record record;
  std::int64_t generation = 0, time = INT64_MIN;
  while (use.step()) {
    const Row row = row_of(use);
    parse(row, record);
    if (until.seal && record.generation > until.generation) break;
    if (!seal) {
      if (record.op != Op::Base || record.seq != from) break;
      seal = record.counts.previous_seal;
    }
    if (!follows(record, row, *seal))
      fail(record.seq, "fails its checksum, or the one before it is missing");
    if (record.generation < generation || record.time < time) fail(record.seq, "is impossible");
    if (record.generation > until.generation) return;
    generation = record.generation;
    time = record.time;
    seal = record.seal;
    each(record);
  }
  if (!seal) throw_corrupt("the change log of '" + table_ + "' lacks its base");
  if (until.seal && until.seal != seal)
    throw_corrupt("the change log of '" + table_ + "' lacks records of generation " +
                  std::to_string(until.generation));
}

void ChangeLog::read_from(std::int64_t base, const Until& until, const Each& each) {
  read(base, std::nullopt, until, each);
}

void ChangeLog::read_after(std::int64_t seq, std::int64_t seal, const Until& until,
                           const Each& each) {
  if (seq < INT64_MAX) read(seq + 1, seal, until, each);
}

void ChangeLog::check(const std::set<std::int64_t>& ends,
                      const std::function<void(std::string)>& fault) {
  Statement::Use use(read_);
  use.bind(1, INT64_MIN);
  Record record;
  std::optional<std::int64_t> seal;
  while (use.step()) {
    const Row row = row_of(use);
    try {
      parse(row, record);
      // Before the first Base may stand what is left to be purged, whose first record follows none;
      // and so it is behind a generation that is kept alone.
      const bool free = !seal || (ends.contains(*seal) && !follows(record, row, *seal));
      if (free && record.op == Op::Base) seal = record.counts.previous_seal;
      if ((!free || record.op == Op::Base) && !follows(record, row, *seal))
        fail(record.seq, "fails its checksum, or the one before it is missing");
    } catch (const Error& error) {
      fault(error.what());
    }
    seal = row[5].integer();
  }
}

bool ChangeLog::holds(std::int64_t seq, std::int64_t seal) {
  Statement::Use use(seal_);
  use.bind(1, seq);
  return use.step() && use.integer(0) == seal;
}

std::int64_t ChangeLog::seal_before(std::int64_t seq) {
  const auto before = last_before(seq);
  return before ? before->seal : 0;
}

std::optional<std::int64_t> ChangeLog::base_of(std::int64_t generation) {
  const auto beyond = first_beyond_generation(generation);
  Statement::Use use(base_);
  use.bind(1, beyond ? beyond->seq : INT64_MAX);
  if (!use.step()) return std::nullopt;
  return use.integer(0);
}

std::optional<ChangeLog::Mark> ChangeLog::mark_from(std::int64_t seq) {
  Statement::Use use(next_);
  if (!use.bind(1, seq).step()) return std::nullopt;
  return Mark{use.integer(0), use.integer(1), use.integer(2), use.integer(3)};
}

std::optional<ChangeLog::Mark> ChangeLog::last_before(std::int64_t seq) {
  Statement::Use use(last_);
  if (!use.bind(1, seq).step()) return std::nullopt;
  return Mark{use.integer(0), use.integer(1), use.integer(2), use.integer(3)};
}

// A damaged B-tree gives other records than asked for, or none, and a search that believed it would
// not end.
ChangeLog::Mark ChangeLog::within(const std::optional<Mark>& mark, std::int64_t low,
                                  std::int64_t high) const {
  if (!mark || mark->seq < low || mark->seq > high)
    throw_corrupt("the records of the change log of '" + table_ + "' are out of order");
  return *mark;
}

// Halves the range of seq, in which most numbers are no record's.
template <typename Beyond>
std::optional<ChangeLog::Mark> ChangeLog::first(const Beyond& beyond) {
  const std::optional<Mark> newest = last_before(INT64_MAX);
  if (!newest || !beyond(*newest)) return std::nullopt;  // as a rule
  Mark found = *newest;
  const Mark oldest = within(mark_from(INT64_MIN), INT64_MIN, found.seq);
  if (beyond(oldest)) return oldest;
  std::int64_t low = oldest.seq;
  const auto gap = [&] {
    return static_cast<std::uint64_t>(found.seq) - static_cast<std::uint64_t>(low);
  };
  while (gap() > 1) {
    const std::int64_t at = low + static_cast<std::int64_t>(gap() / 2);
    const Mark middle = within(mark_from(at), at, found.seq);
    if (!beyond(middle)) {
      low = middle.seq;
    } else if (middle.seq < found.seq) {
      found = middle;
    } else {
      // Nothing stands between the middle and what is found.
      const Mark before = within(last_before(found.seq), low, found.seq - 1);
      if (!beyond(before)) break;
      found = before;
    }
  }
  return found;
}

std::optional<ChangeLog::Mark> ChangeLog::first_beyond_generation(std::int64_t generation) {
  return first([&](const Mark& mark) { return mark.generation > generation; });
}

std::optional<ChangeLog::Mark> ChangeLog::first_beyond_time(std::int64_t time) {
  return first([&](const Mark& mark) { return mark.time > time; });
}

void ChangeLog::remove(std::int64_t from, std::int64_t before) {
  Statement::Use use(remove_);
  use.bind(1, from).bind(2, before).run();
}

bool ChangeLog::remove_oldest(std::int64_t from, std::int64_t before, std::uint64_t most) {
  std::int64_t end = before;
  {
    Statement::Use use(skip_);
    use.bind(1, from).bind(2, static_cast<std::int64_t>(most));
    if (use.step()) end = std::min(before, use.integer(0));
  }
  remove(from, end);
  return end == before;
}

}  // namespace arbors::store
