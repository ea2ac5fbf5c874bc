// The rows that a generation's log inserts, which stand behind all segments, in order of insertion:
// each with the number of its tree's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace arbors::store {

class InsertedRows {
 public:
  static constexpr std::uint32_t kErased = UINT32_MAX;  // in the place of a text's number

  struct Row {
    std::int64_t rowid = 0;
    std::uint32_t text = kErased;
  };

  // All rows, those that were erased again included.
  const std::vector<Row>& rows() const { return rows_; }
  const Row& operator[](std::size_t at) const { return rows_[at]; }
  // Where a row stands; nullopt where it was not inserted, or was erased again.
  std::optional<std::size_t> find(std::int64_t rowid) const;
  // How many rows there are from one on that were not erased.
  std::size_t count_from(std::size_t at) const;
  std::size_t bytes() const { return bytes_; }  // of the texts as they were added

  // Adds a row whose text has so many bytes. Leaves all as it was where it fails.
  void add(const Row& row, std::size_t bytes);
  void erase(std::size_t at);
  void set_text(std::size_t at, std::uint32_t text) { rows_[at].text = text; }

 private:
  void note_unordered();

  std::vector<Row> rows_;
  std::size_t erased_ = 0;  // of them
  std::size_t bytes_ = 0;
  // Where they stand, but for those erased, once their rowids do not ascend; empty before.
  std::optional<std::unordered_map<std::int64_t, std::size_t>> places_;
};

}  // namespace arbors::store
