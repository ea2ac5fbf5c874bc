// count() and count(e).
#include "engine/exec/accumulator.h"

namespace arbors::exec {
namespace {

using batch::Tag;

class Count : public Accumulator {
 public:
  explicit Count(bool rows) : rows_(rows) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    counts_.resize(rows.groups);
    const bool all = rows_ || (values->kinds & batch::kNullTags) == 0;
    if (all && rows.of_row.empty()) {
      counts_[0] += rows.rows;
    } else if (all) {
      for (const std::uint32_t group : rows.of_row) ++counts_[group];
    } else {
      for (std::uint32_t row = 0; row < rows.rows; ++row) {
        const Tag tag = values->tag(row);
        counts_[rows[row]] += tag != Tag::Missing && tag != Tag::Null;
      }
    }
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Count&>(other).counts_;
    counts_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) counts_[to[group]] += added[group];
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    auto vector = std::make_shared<batch::Vector>();
    counts_.resize(groups);
    vector->rows = groups;
    vector->uniform = Tag::Integer;
    vector->kinds = batch::tag_bit(Tag::Integer);
    vector->integers = std::move(counts_);
    return vector;
  }

 private:
  bool rows_;
  std::vector<std::int64_t> counts_;
};

}  // namespace

AccumulatorPtr count_accumulator(bool rows) { return std::make_unique<Count>(rows); }

}  // namespace arbors::exec
