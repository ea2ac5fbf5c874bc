#include "engine/exec/join/block_join.h"

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/exec/join/key_values.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kNoPartner = JoinTable::kNone;
// Pairs of one block: they are numbered, and their numbers held.
constexpr std::uint64_t kMostPairs = 1U << 28;

}  // namespace

std::vector<const RowExpr*> BlockJoin::expressions() const {
  std::vector<const RowExpr*> all;
  for (const RowExpr& key : parts_.keys) all.push_back(&key);
  if (parts_.taken) all.push_back(&*parts_.taken);
  if (parts_.residual) all.push_back(&*parts_.residual);
  return all;
}

bool BlockJoin::keeps_pairs() const {
  return parts_.join.kind == plan::Join::Kind::Inner || parts_.join.kind == plan::Join::Kind::Left;
}

void BlockJoin::apply(ScannedRows& block) const {
  check_field(block);
  std::vector<batch::VectorPtr> keys;
  for (std::size_t i = 0; i < parts_.keys.size(); ++i)
    keys.push_back(
        coerced(block.evaluate(parts_.keys[i], block.rows), parts_.join.keys[i].coercion));
  Rows numbers;
  parts_.table->find(keys, numbers);
  if (parts_.join.null_aware) parts_.table->settle_nulls(keys, numbers);
  Pairs pairs;
  if (keeps_pairs()) {
    pairs = pairs_of(block, numbers);
    if (parts_.residual) keep_fulfilling(block, pairs);
    if (parts_.join.kind == plan::Join::Kind::Left) pairs = with_the_others(block.rows, pairs);
  } else {
    pairs.rows = chosen(block, numbers);
    if (!parts_.renumbers) {
      block.rows = expr::Selection::list(std::move(pairs.rows));
      return;
    }
    pairs.partners.assign(pairs.rows.size(), kNoPartner);
  }
  block.mounts = std::make_shared<const Mounts>(
      block.mounted().join(parts_.trees, std::move(pairs.rows), std::move(pairs.partners)));
  block.rows = expr::Selection::all(block.mounts->rows());
}

// The right tree may not hide a field.
void BlockJoin::check_field(const ScannedRows& block) const {
  if (!parts_.taken) return;
  ScannedRows having = block;
  having.filter(*parts_.taken);
  if (!having.rows.empty())
    throw_invalid("join: a tree has a field " + parts_.join.as +
                  " already: choose another name after `as`");
}

BlockJoin::Pairs BlockJoin::pairs_of(const ScannedRows& block, const Rows& numbers) const {
  if (parts_.table->one_each()) return single_pairs_of(block, numbers);
  std::uint64_t count = 0;
  for (const std::uint32_t number : numbers)
    if (number != kNoPartner) count += parts_.table->trees_of(number).size();
  if (count > kMostPairs)
    throw Error(ErrorCode::Limit, "a join makes more than " + std::to_string(kMostPairs) +
                                      " pairs of one batch: join on more keys");
  Pairs pairs;
  pairs.rows.reserve(count);
  pairs.partners.reserve(count);
  PolledSteps steps;
  for (std::uint32_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == kNoPartner) continue;
    steps.step(1 + parts_.table->trees_of(numbers[i]).size() / kRowsAStep);
    for (const std::uint32_t tree : parts_.table->trees_of(numbers[i])) {
      pairs.rows.push_back(block.rows[i]);
      pairs.partners.push_back(tree);
    }
  }
  return pairs;
}

// The same where a key has one tree, which has its number.
BlockJoin::Pairs BlockJoin::single_pairs_of(const ScannedRows& block, const Rows& numbers) {
  Pairs pairs{Rows(numbers.size()), Rows(numbers.size())};
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < numbers.size(); ++i) {
    pairs.rows[count] = block.rows[i];
    pairs.partners[count] = numbers[i];
    count += numbers[i] != kNoPartner ? 1 : 0;
  }
  pairs.rows.resize(count);
  pairs.partners.resize(count);
  return pairs;
}

void BlockJoin::keep_fulfilling(const ScannedRows& block, Pairs& pairs) const {
  const Mounts joined = block.mounted().join(parts_.trees, pairs.rows, pairs.partners);
  expr::Selection kept = expr::Selection::all(joined.rows());
  joined.filter(*parts_.residual, kept);
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    pairs.rows[i] = pairs.rows[kept[i]];
    pairs.partners[i] = pairs.partners[kept[i]];
  }
  pairs.rows.resize(kept.size());
  pairs.partners.resize(kept.size());
}

// Lets rows without a partner stand for themselves.
BlockJoin::Pairs BlockJoin::with_the_others(const expr::Selection& rows, const Pairs& pairs) const {
  Pairs all;
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const std::size_t before = at;
    for (; at < pairs.rows.size() && pairs.rows[at] == rows[i]; ++at) {
      all.rows.push_back(rows[i]);
      all.partners.push_back(pairs.partners[at]);
    }
    if (at > before) continue;
    all.rows.push_back(rows[i]);
    all.partners.push_back(kNoPartner);
  }
  return all;
}

// The rows that a semi or anti join keeps.
BlockJoin::Rows BlockJoin::chosen(const ScannedRows& block, const Rows& numbers) const {
  const bool semi = parts_.join.kind == plan::Join::Kind::Semi;
  Rows rows;
  if (!parts_.residual) {
    for (std::uint32_t i = 0; i < numbers.size(); ++i)
      if ((numbers[i] != kNoPartner) == semi) rows.push_back(block.rows[i]);
    return rows;
  }
  Pairs pairs = pairs_of(block, numbers);
  keep_fulfilling(block, pairs);
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < numbers.size(); ++i) {
    const std::size_t before = at;
    while (at < pairs.rows.size() && pairs.rows[at] == block.rows[i]) ++at;
    if ((at > before) == semi) rows.push_back(block.rows[i]);
  }
  return rows;
}

}  // namespace arbors::exec
