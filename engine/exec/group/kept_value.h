// One value taken out of a vector, its JSON kind with it: what min, first and their like hold.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/scalar.h"
#include "engine/batch/vectors/vector.h"
#include "engine/batch/vectors/vector_builder.h"

namespace arbors::exec {

// Sees a row as SQL does.
Scalar scalar_at(const batch::Vector& vector, std::size_t row);

// Whether SQL shows two values alike that are equal under some collation.
bool look_alike(const Scalar& left, const Scalar& right);

struct KeptValue {
  batch::Tag tag = batch::Tag::Missing;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;

  void keep(const batch::Vector& vector, std::size_t row);
  // See look_alike.
  bool looks_like(const batch::Vector& vector, std::size_t row) const;
  bool looks_like(const KeptValue& other) const;
  bool is_null() const { return tag == batch::Tag::Missing || tag == batch::Tag::Null; }
  Scalar scalar() const;
  void append_to(batch::VectorBuilder& builder) const;
};

}  // namespace arbors::exec
