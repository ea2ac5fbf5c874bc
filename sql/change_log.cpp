#include "sql/change_log.h"

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
  reader.expect_done();
  return counts;
}

}  // namespace

ChangeLog::ChangeLog(sqlite3* db, const Names& names)
    : table_(names.table),
      newest_(db, "SELECT max(seq) FROM " + names("pending")),
      append_(db, "INSERT INTO " + names("pending") +
                      "(seq, generation, op, row, tree) VALUES (?1, ?2, ?3, ?4, ?5)"),
      read_(db, "SELECT seq, generation, op, row, tree FROM " + names("pending") +
                    " WHERE seq >= ?1 ORDER BY seq"),
      base_(db, "SELECT seq FROM " + names("pending") +
                    " WHERE op = 0 AND generation <= ?1 ORDER BY seq DESC LIMIT 1"),
      remove_(db, "DELETE FROM " + names("pending") + " WHERE seq >= ?1 AND seq < ?2") {}

std::int64_t ChangeLog::newest() {
  Statement::Use use(newest_);
  if (!use.step() || use.is_null(0)) {
    throw_corrupt("the change log of '" + table_ + "' is empty");
  }
  return use.integer(0);
}

void ChangeLog::append(std::int64_t seq, std::int64_t generation, Op op, std::int64_t rowid,
                       std::string_view tree) {
  Statement::Use use(append_);
  use.bind(1, seq).bind(2, generation).bind(3, static_cast<std::int64_t>(op)).bind(4, rowid);
  if (op == Op::Erase) {
    use.bind_null(5);
  } else {
    use.bind(5, tree);
  }
  use.run();
}

void ChangeLog::append(std::int64_t seq, std::int64_t generation, Op op, const Counts& counts) {
  const Bytes bytes = to_bytes(counts);
  Statement::Use use(append_);
  use.bind(1, seq).bind(2, generation).bind(3, static_cast<std::int64_t>(op)).bind_null(4);
  use.bind(5, ByteSpan(bytes)).run();
}

void ChangeLog::read(std::int64_t from, const std::function<void(Record&)>& each) {
  Statement::Use use(read_);
  use.bind(1, from);
  Record record;
  std::int64_t generation = 0;
  while (use.step()) {
    record.seq = use.integer(0);
    record.generation = use.integer(1);
    const std::int64_t op = use.integer(2);
    if (op < 0 || op > static_cast<std::int64_t>(Op::Counts) || record.generation < generation) {
      throw_corrupt("record " + std::to_string(record.seq) + " of the change log of '" + table_ +
                    "' is impossible");
    }
    generation = record.generation;
    record.op = static_cast<Op>(op);
    record.rowid = use.integer(3);
    record.tree.clear();
    if (record.op == Op::Base || record.op == Op::Counts) {
      record.counts = read_counts(use.blob(4));
    } else {
      record.tree = use.text(4);
    }
    each(record);
  }
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

}  // namespace arbors::store
