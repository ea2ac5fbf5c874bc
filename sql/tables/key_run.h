// What the trees of a batch stand under in the index of a unique key, in the index's order: as
// bytes (key_bytes.h), which are compared and merged without looking at values. A tree's entry is
// its key, with its first path's own value where a search by that would not find the key; then come
// entries of that value, with the complement of the rowid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "sql/tables/tree_key.h"

namespace arbors::store {

class KeyRun {
 public:
  struct Entry {
    std::vector<Value> key;  // by part
    Value value;             // null: the key's own
    std::int64_t rowid = 0;
  };

  KeyRun() = default;
  // Of some rows of a batch, with their rowids. Throws what KeyColumns does, with the rowid.
  KeyRun(batch::BatchReader& batch, const KeyColumns& columns, batch::RowSpan rows,
         std::span<const std::int64_t> rowids, const std::string& table);

  std::size_t size() const { return entries_.size(); }
  std::string_view operator[](std::size_t at) const {  // the key's bytes
    return std::string_view(bytes_).substr(begin(at), entries_[at].key_end - begin(at));
  }
  bool is_key(std::size_t at) const { return entries_[at].rowid >= 0; }
  // Reads an entry, into memory that is used again.
  void read(std::size_t at, Entry& entry) const;
  void read_key(std::size_t at, std::vector<Value>& key) const;

  // A hash of each key: computed once, until they are let go of.
  const std::vector<std::uint64_t>& hashes();
  void drop_hashes() { hashes_ = {}; }
  // Tells whether two trees have the same key.
  bool repeats() const;
  // Has rowids begin later by so much.
  void move_rowids(std::int64_t by);
  std::size_t memory() const { return bytes_.size() + entries_.size() * sizeof(Place); }

 private:
  // Where an entry ends in bytes_, its key before: what is between is
  //   (u8 mark, u16 part)*, [part: the value, (u8 mark, u16 0)*]
  struct Place {
    std::size_t key_end, end;
    std::int64_t rowid;
  };
  std::size_t begin(std::size_t at) const { return at == 0 ? 0 : entries_[at - 1].end; }

  bool add_plain(std::span<const batch::VectorPtr> vectors, const std::vector<KeyPart>& parts,
                 std::size_t row, std::int64_t rowid);
  void add(const TreeKey& key, std::int64_t rowid);
  void add_value(const Value& value, std::size_t parts, std::int64_t rowid);
  void end_key() { key_end_ = bytes_.size(); }
  void end_entry(std::int64_t rowid);
  void sort();

  std::string bytes_;
  std::vector<Place> entries_;
  std::vector<std::uint64_t> hashes_;
  std::size_t key_end_ = 0;
};

}  // namespace arbors::store
