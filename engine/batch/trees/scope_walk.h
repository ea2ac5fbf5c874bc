// One walk of a scope along a path, for all rows at once: shredded rows go from column to column;
// rows that are opaque on the way leave it with the steps that are left, which are then followed in
// their text.
#pragma once

#include <span>
#include <vector>

#include "engine/batch/trees/scope.h"

namespace arbors::batch {

class ScopeWalk {
 public:
  explicit ScopeWalk(const Scope& from);

  // Follows Key and Index steps.
  Scope follow(std::span<const PathStep> steps);

  // Opens the rows that are arrays.
  List elements();

 private:
  using Steps = std::span<const PathStep>;

  void leave_opaque(Steps left);
  void follow_text(std::uint32_t row, std::string_view text, Steps left);
  void enter_key(const std::string& key);
  void enter_index(std::int64_t index);
  static void enter_elements(Scope& scope, std::uint32_t domain_rows);
  static void gone(Scope& scope);
  void sort_texts();
  List all_elements(const Vector& arrays) const;
  List some_elements(const Vector* arrays) const;
  void open_text(std::string_view text, Scope& elements) const;

  Scope at_;
};

}  // namespace arbors::batch
