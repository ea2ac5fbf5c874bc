#include "engine/exec/stages/join_parts.h"

#include <algorithm>
#include <numeric>

#include "engine/base/error.h"
#include "engine/exec/join/key_part.h"
#include "engine/exec/rows/spooled_source.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

KeyPart::Keys keys_of(const plan::Join& join, const Relation& side,
                      expr::ExprPtr plan::JoinKey::*of) {
  KeyPart::Keys keys;
  for (const plan::JoinKey& key : join.keys) {
    keys.values.emplace_back(side.shape.resolve(key.*of));
    keys.coercions.push_back(key.coercion);
    keys.collations.push_back(key.collation);
  }
  return keys;
}

// The same of the right side, where trees with a NULL have no partner.
KeyPart::Keys right_keys_of(const plan::Join& join, const Relation& right) {
  KeyPart::Keys keys = keys_of(join, right, &plan::JoinKey::right);
  for (std::size_t key = 0; key < join.keys.size(); ++key)
    if (!join.keys[key].nulls_equal) keys.present.push_back(key);
  return keys;
}

// Joins the parts one after the other and writes what comes of each.
class PartedJoin {
 public:
  PartedJoin(const plan::Join& join, const ExecutionContext& context)
      : join_(join), context_(context) {}

  void run(const Relation& left, const Relation& right, unsigned level) {
    if (level == KeyPart::kLevels)
      throw Error(ErrorCode::Limit,
                  "a join cannot part its keys, so many trees have the same (max_index_entries): "
                  "filter that side, or raise the limit with arbor_config('max_index_entries', n)");
    for (unsigned part = 0; part < KeyPart::kParts; ++part) {
      // The rows of the whole left side are numbered, once.
      const bool numbers = level == 0 && !join_.any_order;
      Relation of_left = left;
      of_left.input.steps.push_back(ChangeStep{std::make_shared<const KeyPart>(
          keys_of(join_, left, &plan::JoinKey::left), level, part, numbers)});
      if (numbers) {
        Path path = mounted_path(++of_left.exploded);
        path.steps.push_back({PathStep::Kind::Key, KeyPart::kPosition, 0});
        position_.emplace(expr::path(std::move(path)));
      }
      Relation of_right = right;
      of_right.input.steps.push_back(ChangeStep{
          std::make_shared<const KeyPart>(right_keys_of(join_, right), level, part, false)});
      if (auto joined = joined_at_once(of_left, of_right, join_, context_))
        write(*joined);
      else
        run(of_left, of_right, level + 1);
    }
  }

  // Gives what was joined, in the left side's order.
  Relation finish() {
    Relation all = relation_of(trees_.finish());
    if (join_.any_order || std::is_sorted(positions_.begin(), positions_.end())) return all;
    pick(all, context_);
    std::vector<std::uint32_t> order(positions_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return positions_[a] < positions_[b];
    });
    std::vector<RowRef> rows;
    rows.reserve(order.size());
    for (const std::uint32_t at : order) rows.push_back((*all.picked)[at]);
    all.picked = std::move(rows);
    return all;
  }

 private:
  void write(const Relation& joined) {
    const RowStreamPtr rows = stream(joined, context_);
    while (const RowRunPtr run = rows->next()) {
      context_.check_interrupt();
      trees_.add(*run);
      if (join_.any_order) continue;
      const batch::VectorPtr positions = run->evaluate(*position_);
      positions_.insert(positions_.end(), positions->integers.begin(), positions->integers.end());
      if (positions_.size() > UINT32_MAX)
        throw Error(ErrorCode::Limit, "a join in parts makes more than 4,294,967,295 pairs");
    }
  }

  const plan::Join& join_;
  const ExecutionContext& context_;
  TreeSpool trees_;
  std::optional<RowExpr> position_;
  std::vector<std::int64_t> positions_;  // of each tree's left row
};

}  // namespace

Relation joined_in_parts(Relation left, Relation right, const plan::Join& join,
                         const ExecutionContext& context) {
  // Steps go on over a scan's own rows alone.
  for (Relation* side : {&left, &right})
    if (side->picked || side->sliced()) *side = relation_of(to_source(*side, context));
  resolve_left(join, left, context);
  resolve_right(join, right, context);
  PartedJoin parts(join, context);
  parts.run(left, right, 0);
  return parts.finish();
}

}  // namespace arbors::exec
