// first, last, any_value and list: they take values as they come, in the rows' order.
#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"

namespace arbors::exec {
namespace {

class Pick : public Accumulator {
 public:
  explicit Pick(plan::AggregateKind kind) : kind_(kind) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    kept_.resize(rows.groups);
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      Kept& kept = kept_[rows[row]];
      if (!wants(kept, values->tag(row))) continue;
      kept.value.keep(*values, row);
      kept.any = true;
    }
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Pick&>(other).kept_;
    kept_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group)
      if (added[group].any && wants(kept_[to[group]], added[group].value.tag))
        kept_[to[group]] = added[group];
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    kept_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const Kept& kept : kept_) {
      if (kept.value.is_null())
        builder.append_null();
      else
        kept.value.append_to(builder);
    }
    return builder.finish();
  }

 private:
  struct Kept {
    KeptValue value;
    bool any = false;
  };
  bool wants(const Kept& kept, batch::Tag tag) const {
    if (kind_ == plan::AggregateKind::Last) return true;
    const bool null = (batch::tag_bit(tag) & batch::kNullTags) != 0;
    return !kept.any && !(null && kind_ == plan::AggregateKind::AnyValue);
  }

  plan::AggregateKind kind_;
  std::vector<Kept> kept_;
};

class List : public Accumulator {
 public:
  void add(const batch::Vector* values, const RowGroups& rows) override {
    lists_.resize(rows.groups);
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      std::string& list = lists_[rows[row]];
      list += list.empty() ? '[' : ',';
      batch::write_value(*values, row, list);
    }
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const List&>(other).lists_;
    lists_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) {
      std::string& list = lists_[to[group]];
      if (list.empty())
        list = added[group];
      else if (!added[group].empty())
        list += ',' + added[group].substr(1);
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    lists_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const std::string& list : lists_) builder.append_json(list.empty() ? "[]" : list + ']');
    return builder.finish();
  }

 private:
  std::vector<std::string> lists_;  // without the closing bracket; empty: nothing yet
};

}  // namespace

AccumulatorPtr pick_accumulator(plan::AggregateKind kind) { return std::make_unique<Pick>(kind); }
AccumulatorPtr list_accumulator() { return std::make_unique<List>(); }

}  // namespace arbors::exec
