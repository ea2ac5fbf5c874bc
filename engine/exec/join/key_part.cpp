#include "engine/exec/join/key_part.h"

#include <algorithm>
#include <numeric>

#include "engine/exec/group/value_hashes.h"
#include "engine/exec/join/key_values.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/scan.h"

namespace arbors::exec {
namespace {

// The places of a block's rows among all of the scan, as a batch of one column.
batch::BatchReaderPtr positions_of(const ScannedRows& block, std::uint32_t rows) {
  auto places = std::make_shared<batch::Vector>();
  places->rows = rows;
  places->uniform = batch::Tag::Integer;
  places->kinds = batch::tag_bit(batch::Tag::Integer);
  places->integers.resize(rows);
  std::iota(places->integers.begin(), places->integers.end(), std::int64_t{block.index} << 32);
  return std::make_shared<ColumnBatch>(
      std::vector<NamedColumn>{{KeyPart::kPosition, std::move(places)}}, rows);
}

}  // namespace

void KeyPart::apply(ScannedRows& block) const {
  std::vector<batch::VectorPtr> values;
  for (std::size_t i = 0; i < keys_.values.size(); ++i)
    values.push_back(coerced(block.evaluate(keys_.values[i], block.rows), keys_.coercions[i]));
  const std::vector<std::uint64_t> hashes = key_hashes(values, keys_.collations);
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < block.rows.size(); ++i)
    if (of(hashes[i], level_) == part_ && is_present(values, i)) kept.push_back(block.rows[i]);
  if (positions_) {
    const Mounts before = block.mounted();
    std::vector<std::uint32_t> same(before.rows());
    std::iota(same.begin(), same.end(), 0U);
    block.mounts = std::make_shared<const Mounts>(
        before.attach(positions_of(block, before.rows()), std::move(same)));
  }
  block.rows = expr::Selection::list(std::move(kept));
}

bool KeyPart::is_present(const std::vector<batch::VectorPtr>& values, std::size_t row) const {
  return std::none_of(keys_.present.begin(), keys_.present.end(), [&](std::size_t key) {
    return (batch::tag_bit(values[key]->tag(row)) & batch::kNullTags) != 0;
  });
}

std::vector<const RowExpr*> KeyPart::expressions() const {
  std::vector<const RowExpr*> all;
  for (const RowExpr& value : keys_.values) all.push_back(&value);
  return all;
}

}  // namespace arbors::exec
