// A step of a scan that keeps the rows of one part of all keys: what grouping and joining are done
// by, part after part, where all keys together are more than a budget allows.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/scan/block_change.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

class KeyPart : public BlockChange {
 public:
  // Keys are parted by 4 bits of their hash, other ones at each level.
  static constexpr unsigned kParts = 16;
  static constexpr unsigned kLevels = 16;
  static unsigned of(std::uint64_t hash, unsigned level) {
    return static_cast<unsigned>(hash >> (4 * level)) & (kParts - 1);
  }

  struct Keys {
    std::vector<RowExpr> values;
    std::vector<expr::Coercion> coercions;
    std::vector<Collation> collations;
    std::vector<std::size_t> present = {};  // where one of these is NULL, the row is in no part
  };

  // With `positions`, each row of the block sees its place among all of the scan on another mount,
  // under kPosition: ascending integers.
  static constexpr const char* kPosition = "position";
  KeyPart(Keys keys, unsigned level, unsigned part, bool positions)
      : keys_(std::move(keys)), level_(level), part_(part), positions_(positions) {}

  void apply(ScannedRows& block) const override;
  bool mounts() const override { return positions_; }
  bool knows_rows() const override { return positions_; }
  std::vector<const RowExpr*> expressions() const override;

 private:
  bool is_present(const std::vector<batch::VectorPtr>& values, std::size_t row) const;

  Keys keys_;
  unsigned level_, part_;
  bool positions_;
};

}  // namespace arbors::exec
