// count() and count(e).
#include "engine/exec/group/accumulator.h"

namespace arbors::exec {
namespace {

using batch::Tag;

class Count : public Accumulator {
 public:
  explicit Count(bool rows) : rows_(rows) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    make_room(counts_, rows.groups, rows.expected);
    counts_.resize(rows.groups);
    const bool all = rows_ || (values->kinds & batch::kNullTags) == 0;
    if (all && rows.of_row.empty()) {
      counts_[0] += rows.rows;
    } else if (all) {
      count_groups(rows);
    } else {
      for (std::uint32_t row = 0; row < rows.rows; ++row) {
        const Tag tag = values->tag(row);
        counts_[rows[row]] += tag != Tag::Missing && tag != Tag::Null;
      }
    }
  }

  bool only_counts() const override { return rows_; }
  void add_rows(std::span<const GroupRows> rows, std::uint32_t groups) override {
    counts_.resize(groups);
    for (const auto& [group, count] : rows) counts_[group] += count;
  }

  bool knows(const batch::Statistics*) const override { return true; }
  void add_known(const batch::Statistics* values, std::uint32_t rows, std::uint64_t) override {
    counts_.resize(1);
    if (!rows_ && values == nullptr) return;
    counts_[0] += rows_ ? rows : rows - values->count(Tag::Missing) - values->count(Tag::Null);
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Count&>(other).counts_;
    counts_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) counts_[to[group]] += added[group];
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    counts_.resize(groups);
    return integer_vector(std::move(counts_));
  }

 private:
  void count_groups(const RowGroups& rows) {
    if (rows.counts.empty()) {
      for (const std::uint32_t group : rows.of_row) ++counts_[group];
    } else {
      for (std::size_t group = 0; group < rows.counts.size(); ++group)
        counts_[group] += rows.counts[group];
    }
  }

  bool rows_;
  std::vector<std::int64_t> counts_;
};

}  // namespace

AccumulatorPtr count_accumulator(bool rows) { return std::make_unique<Count>(rows); }

}  // namespace arbors::exec
