// How the trees of a stage look in terms of the trees below it: a select's fields, or whole trees
// with fields set and dropped. Answers which expression of the trees below gives a path's value, so
// that filters, keys and outputs are computed without building the trees in between.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

class RowShape {
 public:
  struct Edit {
    Path at;                  // keys alone
    expr::ExprPtr value;      // over the trees below; null: the field is dropped
    bool shows_null = false;  // a value that is missing makes a null
    // At the root, in place of setting one field: makes a field of each member of the object that
    // `value`, a bare path, gives.
    bool spread = false;
    std::vector<Rename::Name> names = {};  // in place of all that: fields get other names
  };

  // Trees as they are.
  RowShape() = default;

  bool is_whole() const { return !fields_only_ && edits_.empty(); }
  bool fields_only() const { return fields_only_; }          // trees begin as empty objects
  const std::vector<Edit>& edits() const { return edits_; }  // in the order they are made

  // The shape after a further stage. `expr`s and paths are over the trees of this shape. nullopt
  // where the stage sees values that no expression over the trees below gives.
  std::optional<RowShape> select(const std::vector<NamedExpr>& fields) const;
  std::optional<RowShape> add(const AddField& stage) const;
  RowShape drop(const std::vector<Path>& paths) const;
  RowShape rename(const std::vector<Rename::Name>& names) const;
  // Sets a field to a value given over the trees below.
  RowShape set(Path at, expr::ExprPtr value) const;

  // Gives an expression over the trees below for one over the trees of this shape; null where there
  // is none.
  expr::ExprPtr resolve(const expr::ExprPtr& expr) const;
  // Tells whether trees have the fields that the edits set at the root, and no others.
  bool is_list_of_fields() const;

 private:
  expr::ExprPtr resolve_leaf(const expr::ExprPtr& leaf) const;
  expr::ExprPtr resolve_path(Path path, std::size_t edits) const;
  expr::ExprPtr resolve_member(const Edit& spread, const Path& path, std::size_t edits) const;

  bool fields_only_ = false;
  std::vector<Edit> edits_;
};

}  // namespace arbors::plan
