// What the store's tests share: a database of their own, in memory or in a file that goes away, and
// short words for writing and reading.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/batch/trees/tree_writer.h"
#include "sql/access/statement.h"
#include "sql/store/store.h"
#include "sql/tables/nonces.h"

namespace arbors::store::tests {

class Database {
 public:
  explicit Database(const std::string& file = ":memory:") {
    sqlite3_open(file.c_str(), &db_);
    connection_ = std::make_shared<Connection>(db_);
  }
  ~Database() {
    connection_.reset();
    sqlite3_close(db_);
  }
  Database(const Database&) = delete;

  sqlite3* db() { return db_; }
  const ConnectionPtr& connection() { return connection_; }
  void run(const std::string& sql) { execute(db_, sql); }
  std::int64_t number(const std::string& sql) {
    Statement statement(db_, sql);
    Statement::Use use(statement);
    return use.step() ? use.integer(0) : -1;
  }
  std::unique_ptr<Store> create(const Options& options = {}, const std::string& name = "t") {
    return Store::create(connection_, "main", name, options);
  }
  std::unique_ptr<Store> open(const std::string& name = "t") {
    return Store::open(connection_, "main", name);
  }

 private:
  sqlite3* db_ = nullptr;
  ConnectionPtr connection_;
};

class File {
 public:
  File()
      : path_((std::filesystem::temp_directory_path() /
               ("arbors_store_" + std::to_string(random_u64()) + ".db"))
                  .string()) {}
  ~File() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) std::remove((path_ + end).c_str());
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Trees = std::vector<std::string>;

inline Options batches_of(std::uint32_t trees) {
  Options options;
  options.batch_trees = trees;
  return options;
}

// The trees of a snapshot, in order.
inline Trees trees_of(Snapshot& snapshot) {
  Trees trees;
  for (const exec::Segment& segment : snapshot.segments()) {
    const auto batch = snapshot.open_batch(segment.batch);
    batch::TreeWriter writer(*batch);
    for (std::uint32_t row = 0; row < segment.rows; ++row) {
      if (!segment.is_live(row)) continue;
      trees.emplace_back();
      writer.write_tree(segment.first_row + row, trees.back());
    }
  }
  return trees;
}
inline Trees trees_of(Store& store) { return trees_of(*store.snapshot()); }

inline std::vector<std::int64_t> rowids_of(Snapshot& snapshot) {
  std::vector<std::int64_t> rowids;
  for (const exec::Segment& segment : snapshot.segments()) {
    for (std::uint32_t row = 0; row < segment.rows; ++row) {
      if (segment.is_live(row)) rowids.push_back(segment.rowid(row));
    }
  }
  return rowids;
}

// Runs writes as one transaction.
template <typename Work>
void write(Store& store, Work&& work) {
  WriteScope scope(store);
  work();
  scope.done();
}

}  // namespace arbors::store::tests
