// The constant items of an IN, ready for look-ups under the list's collation and coercion.
// Immutable once built; sorted, with integers apart so that an integer column is searched without
// conversion.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/scalar.h"
#include "engine/base/value.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

class ValueSet {
 public:
  ValueSet(std::vector<Value> items, Collation collation, Coercion coercion);

  bool holds_null() const { return holds_null_; }
  Collation collation() const { return collation_; }
  Coercion coercion() const { return coercion_; }
  // The items as they were given, NULLs left out, ascending, each once.
  const std::vector<Value>& items() const { return items_; }

  // Tells whether any text may be contained.
  bool holds_texts() const { return !texts_.empty() || reads_numeric(); }
  // Tells whether some item equals the value; NULL equals none.
  bool contains(const Scalar& value) const;

 private:
  bool reads_numeric() const;  // texts may be read as numbers
  bool reads_text() const;     // numbers may be written as texts
  void add_number(const Value& number);
  void add_text(const Value& text);
  bool holds_number(const Scalar& number) const;
  bool holds_text(const Scalar& text) const;

  bool holds_null_ = false;
  Collation collation_;
  Coercion coercion_;
  std::vector<Value> items_;
  std::vector<std::int64_t> integers_;  // ascending; every number that equals an integer
  std::vector<double> reals_;           // ascending; the other numbers
  std::vector<Value> texts_;            // ascending under the collation; texts and blobs
};

}  // namespace arbors::expr
