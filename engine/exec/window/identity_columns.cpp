#include "engine/exec/window/identity_columns.h"

#include <algorithm>

#include "engine/exec/group/accumulator.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/scan.h"
#include "engine/plan/window.h"

namespace arbors::exec {
namespace {

// The places of a segment's live rows, asked of ascending rows.
class Places {
 public:
  explicit Places(const Segment& segment) : segment_(segment) {}

  std::int64_t of(std::uint32_t row) {
    if (segment_.live.empty()) return static_cast<std::int64_t>(segment_.position) + row;
    if (row < at_) at_ = live_ = 0;
    for (; at_ < row; ++at_) live_ += segment_.is_live(at_) ? 1 : 0;
    return static_cast<std::int64_t>(segment_.position + live_);
  }

 private:
  const Segment& segment_;
  std::uint32_t at_ = 0;
  std::uint64_t live_ = 0;
};

}  // namespace

const plan::WindowCall* IdentityColumns::identity(std::string_view name) const {
  const auto found = std::find_if(calls_.begin(), calls_.end(),
                                  [&](const plan::WindowCall& one) { return one.name == name; });
  return found == calls_.end() ? nullptr : &*found;
}

void IdentityColumns::apply(ScannedRows& block) const {
  const Mounts before = block.mounted();
  std::vector<std::uint32_t> values(before.rows(), batch::kNoRow);
  std::vector<std::int64_t> rowids, positions;
  Places places(*block.segment);
  for (std::uint32_t i = 0; i < block.rows.size(); ++i) {
    values[block.rows[i]] = i;
    const std::uint32_t row = block.tree_of(block.rows[i]) - block.segment->first_row;
    rowids.push_back(block.segment->rowid(row));
    positions.push_back(places.of(row));
  }
  const auto of = [&](plan::WindowKind kind) {
    if (kind == plan::WindowKind::Generation)
      return std::vector<std::int64_t>(rowids.size(), generation_);
    return kind == plan::WindowKind::Rowid ? rowids : positions;
  };
  std::vector<NamedColumn> columns;
  for (const plan::WindowCall& call : calls_)
    columns.push_back({call.name, integer_vector(of(call.function->kind))});
  auto batch = std::make_shared<ColumnBatch>(std::move(columns), block.rows.size());
  block.mounts = std::make_shared<const Mounts>(before.attach(std::move(batch), std::move(values)));
}

}  // namespace arbors::exec
