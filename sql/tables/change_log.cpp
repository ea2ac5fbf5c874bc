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

// `previous`: the seal of the record before.
std::int64_t seal_of(const Record& record, ByteSpan tree, std::int64_t previous) {
  RowSeal seal("pending");
  seal.add(record.seq).add(record.generation).add(static_cast<std::int64_t>(record.op));
  if (tells_counts(record.op)) {
    seal.add_null();
  } else {
    seal.add(record.rowid);
  }
  if (tree.empty()) {
    seal.add_null();
  } else {
    seal.add(tree);
  }
  return seal.add(previous).value();
}

// Tells whether a record is as it was written after the one with the seal `previous`. A Base tells
// that seal itself, besides.
bool follows(const Record& record, const Statement::Use& row, std::int64_t previous) {
  if (record.op == Op::Base && record.counts.previous_seal != previous) return false;
  RowSeal seal("pending");
  seal.add(row, 0).add(row, 1).add(row, 2).add(row, 3).add(row, 5).add(previous);
  return record.seal == seal.value();
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

Record record_of(std::int64_t seq, std::int64_t generation, Op op, std::int64_t rowid) {
  Record record;
  record.seq = seq;
  record.generation = generation;
  record.op = op;
  record.rowid = rowid;
  return record;
}

}  // namespace

ChangeLog::ChangeLog(sqlite3* db, const Names& names)
    : table_(names.table),
      newest_(db, "SELECT max(seq) FROM " + names("pending")),
      append_(db, "INSERT OR REPLACE INTO " + names("pending") +
                      "(seq, generation, op, row, seal, tree) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      read_(db, "SELECT seq, generation, op, row, seal, tree FROM " + names("pending") +
                    " WHERE seq >= ?1 ORDER BY seq"),
      base_(db, "SELECT seq FROM " + names("pending") +
                    " WHERE op = 0 AND generation <= ?1 ORDER BY seq DESC LIMIT 1"),
      remove_(db, "DELETE FROM " + names("pending") + " WHERE seq >= ?1 AND seq < ?2"),
      skip_(db, "SELECT seq FROM " + names("pending") + " ORDER BY seq LIMIT 1 OFFSET ?1"),
      seal_(db, "SELECT seal FROM " + names("pending") + " WHERE seq = ?1"),
      seal_before_(db, "SELECT seal FROM " + names("pending") +
                           " WHERE seq < ?1 ORDER BY seq DESC LIMIT 1") {}

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

std::int64_t ChangeLog::append(Record record, ByteSpan tree, std::int64_t previous) {
  record.seal = seal_of(record, tree, previous);
  Statement::Use use(append_);
  use.bind(1, record.seq).bind(2, record.generation);
  use.bind(3, static_cast<std::int64_t>(record.op)).bind(4, record.rowid).bind(5, record.seal);
  if (tree.empty()) {
    use.bind_null(6);
  } else {
    use.bind(6, tree);
  }
  if (tells_counts(record.op)) use.bind_null(4);
  use.run();
  return record.seal;
}

std::int64_t ChangeLog::append(std::int64_t seq, std::int64_t generation, Op op, std::int64_t rowid,
                               std::string_view tree, std::int64_t previous) {
  return append(record_of(seq, generation, op, rowid), bytes_of(tree), previous);
}

std::int64_t ChangeLog::append(std::int64_t seq, std::int64_t generation, Op op, Counts counts,
                               std::int64_t previous) {
  counts.previous_seal = previous;
  return append(record_of(seq, generation, op, 0), to_bytes(counts), previous);
}

std::int64_t ChangeLog::append(std::int64_t seq, std::int64_t generation, std::int64_t rowid,
                               std::span<const SetValue> values, std::int64_t previous) {
  return append(record_of(seq, generation, Op::Set, rowid), to_bytes(values), previous);
}

std::int64_t ChangeLog::append_erased(std::int64_t seq, std::int64_t generation,
                                      std::span<const std::int64_t> rowids, std::int64_t previous) {
  return append(record_of(seq, generation, Op::Erase, rowids.front()), to_bytes(rowids), previous);
}

std::int64_t ChangeLog::append_carried(std::int64_t seq, std::int64_t generation,
                                       std::span<const ReplacedRow> rows, std::int64_t previous) {
  return append(record_of(seq, generation, Op::Carried, 0), to_bytes(rows), previous);
}

void ChangeLog::parse(Statement::Use& row, Record& record) const {
  record.seq = row.integer(0);
  record.generation = row.integer(1);
  const std::int64_t op = row.integer(2);
  if (op < 0 || op > static_cast<std::int64_t>(Op::Set)) fail(record.seq, "is impossible");
  record.op = static_cast<Op>(op);
  record.rowid = row.integer(3);
  record.seal = row.integer(4);
  record.tree.clear();
  record.more.clear();
  record.values.clear();
  record.carried.clear();
  const ByteSpan tree = row.blob(5);
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
      record.tree.assign(tree.begin(), tree.end());
    }
  } catch (const Error&) {
    fail(record.seq, "is impossible");
  }
}

void ChangeLog::read(std::int64_t from, std::optional<std::int64_t> seal, const Each& each) {
  Statement::Use use(read_);
  use.bind(1, from);
  Record record;
  std::int64_t generation = 0;
  while (use.step()) {
    parse(use, record);
    if (!seal) {
      if (record.op != Op::Base || record.seq != from) break;
      seal = record.counts.previous_seal;
    }
    if (!follows(record, use, *seal))
      fail(record.seq, "fails its checksum, or the one before it is missing");
    if (record.generation < generation) fail(record.seq, "is impossible");
    generation = record.generation;
    seal = record.seal;
    each(record);
  }
  if (!seal) throw_corrupt("the change log of '" + table_ + "' lacks its base");
}

void ChangeLog::read_from(std::int64_t base, const Each& each) { read(base, std::nullopt, each); }

void ChangeLog::read_after(std::int64_t seq, std::int64_t seal, const Each& each) {
  if (seq < INT64_MAX) read(seq + 1, seal, each);
}

void ChangeLog::check(const std::function<void(std::string)>& fault) {
  Statement::Use use(read_);
  use.bind(1, INT64_MIN);
  Record record;
  std::optional<std::int64_t> seal;
  while (use.step()) {
    try {
      parse(use, record);
      if (!seal && record.op == Op::Base) seal = record.counts.previous_seal;
      // Before the first Base may stand what is left to be purged, whose first record follows none.
      if (seal && !follows(record, use, *seal))
        fail(record.seq, "fails its checksum, or the one before it is missing");
    } catch (const Error& error) {
      fault(error.what());
    }
    seal = use.integer(4);
  }
}

bool ChangeLog::holds(std::int64_t seq, std::int64_t seal) {
  Statement::Use use(seal_);
  use.bind(1, seq);
  return use.step() && use.integer(0) == seal;
}

std::int64_t ChangeLog::seal_before(std::int64_t seq) {
  Statement::Use use(seal_before_);
  use.bind(1, seq);
  return use.step() ? use.integer(0) : 0;
}

std::optional<std::int64_t> ChangeLog::base_of(std::int64_t generation) {
  Statement::Use use(base_);
  use.bind(1, generation);
  if (!use.step()) return std::nullopt;
  return use.integer(0);
}

void ChangeLog::remove(std::int64_t from, std::int64_t before) {
  Statement::Use use(remove_);
  use.bind(1, from).bind(2, before).run();
}

bool ChangeLog::remove_oldest(std::int64_t before, std::uint64_t most) {
  std::int64_t end = before;
  {
    Statement::Use use(skip_);
    use.bind(1, static_cast<std::int64_t>(most));
    if (use.step()) end = std::min(before, use.integer(0));
  }
  remove(INT64_MIN, end);
  return end == before;
}

}  // namespace arbors::store
