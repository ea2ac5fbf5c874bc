#include "engine/expr/evaluate/evaluator.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/codec/packing/kernel.h"
#include "engine/expr/evaluate/calculate.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/evaluate/comparison.h"
#include "engine/expr/evaluate/concatenate.h"
#include "engine/expr/evaluate/constant_choice.h"
#include "engine/expr/forms/function.h"

namespace arbors::expr {
namespace {

using batch::Nested;
using batch::RowSpan;
using batch::Tag;
using batch::VectorPtr;

// Gives a selection's rows as a span; `storage` holds them where they are a run.
RowSpan row_span(const Selection& selection, std::vector<std::uint32_t>& storage) {
  if (!selection.is_run()) return selection.rows();
  storage.resize(selection.size());
  std::iota(storage.begin(), storage.end(), selection.empty() ? 0 : selection.first());
  return storage;
}

// Makes an operand of a one-row vector a constant again, or a column where it is nothing, which no
// constant is.
Operand folded(const VectorPtr& one, std::uint32_t rows) {
  const Tag tag = one->tag(0);
  if (tag == Tag::Missing) return Operand(batch::uniform(tag, rows));
  return Operand(batch::value_at(*one, 0), tag == Tag::True || tag == Tag::False);
}

// Computes each distinct text once and spreads the results: for one operand that is all strings
// (or NULL) of a pool smaller than the rows. Null where that does not fit.
template <typename Compute>
VectorPtr once_per_text(const Operand& operand, std::uint32_t rows, Compute compute) {
  if (operand.is_constant()) return nullptr;
  const batch::Vector& column = operand.vector();
  const auto strings = static_cast<batch::TagSet>(batch::tag_bit(Tag::String) | batch::kNullTags);
  if (!column.only(strings) || !column.has(Tag::String) || column.strings->size() * 2 > rows) {
    return nullptr;
  }
  const auto entries = static_cast<std::uint32_t>(column.strings->size());
  auto texts = std::make_shared<batch::Vector>();
  texts->rows = entries + 2;  // and a null and a missing one, which exists() tells apart
  texts->tags.assign(texts->rows, static_cast<std::uint8_t>(Tag::String));
  texts->tags[entries] = static_cast<std::uint8_t>(Tag::Null);
  texts->tags[entries + 1] = static_cast<std::uint8_t>(Tag::Missing);
  texts->kinds = strings;
  texts->strings = column.strings;
  std::vector<std::uint32_t> codes(texts->rows);
  std::iota(codes.begin(), codes.end() - 2, 0);
  texts->codes = batch::Codes(std::move(codes));
  const VectorPtr results = compute(Operand(texts), texts->rows);
  std::vector<std::uint32_t> row_entries(rows);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::size_t row = operand.row(i);
    const Tag tag = column.tag(row);
    row_entries[i] = tag == Tag::String ? column.codes[row]
                     : tag == Tag::Null ? entries
                                        : entries + 1;
  }
  return batch::gather(*results, row_entries);
}

}  // namespace

const Value& Evaluator::parameter(std::uint32_t number) const {
  if (number > context_.parameters.size()) {
    throw_invalid("parameter ?" + std::to_string(number) + " has no value (" +
                  std::to_string(context_.parameters.size()) + " given)");
  }
  return context_.parameters[number - 1];
}

// Reads whole columns while most rows are wanted: a plain one is then not copied at all.
Operand Evaluator::read(const Path& path, Nested nested) {
  const std::uint32_t size = context_.scope.size();
  if (selection_.is_all_of(size)) return Operand(context_.scope.read(path, nested));
  if (rows() * 4ULL >= size && nested == Nested::Kind) {
    return Operand(context_.scope.read(path, nested), &selection_);
  }
  std::vector<std::uint32_t> storage;
  return Operand(context_.scope.select(row_span(selection_, storage)).read(path, nested));
}

class BranchOfRows;

// Computes the value of each form.
struct ValueOf {
  Evaluator& evaluator;
  const Expr& expr;
  Nested nested;

  std::uint32_t rows() const { return evaluator.rows(); }
  Operand arg(std::size_t i) { return evaluator.value(*expr.args[i]); }

  Operand operator()(const Constant& form) { return Operand(form.value, form.boolean); }
  Operand operator()(const Parameter& form) { return Operand(evaluator.parameter(form.number)); }
  Operand operator()(const PathRead& form) { return evaluator.read(form.path, nested); }
  Operand operator()(const Collate&) { return evaluator.value(*expr.args[0], nested); }

  Operand operator()(const Calculate& form) {
    const Operand left = arg(0);
    const Operand right = arg(1);
    return result(left.is_constant() && right.is_constant(),
                  [&](std::uint32_t count) { return calculate_rows(form.op, left, right, count); });
  }

  Operand operator()(const UnaryOp& form) {
    if (form.op == Unary::Plus) return arg(0);
    const Operand operand = arg(0);
    const Operand zero{Value::of(std::int64_t{0})};
    return result(operand.is_constant(), [&](std::uint32_t count) {
      if (form.op == Unary::Negate) {
        return calculate_rows(Arithmetic::Subtract, zero, operand, count);
      }
      return each(count, [&](std::uint32_t i, batch::VectorBuilder& out) {
        const Scalar value = operand[i];
        value.is_null() ? out.append_null() : out.append_integer(~to_integer(value));
      });
    });
  }

  // Flattened: a || b || c writes its text once.
  void add_parts(const Expr& concat, std::vector<Operand>& parts) {
    for (const ExprPtr& arg : concat.args) {
      if (arg->as<Concat>() != nullptr)
        add_parts(*arg, parts);
      else
        parts.push_back(evaluator.value(*arg));
    }
  }

  Operand operator()(const Concat&);

  Operand operator()(const Cast& form) {
    const Operand operand = arg(0);
    const auto compute = [&](const Operand& values, std::uint32_t count) {
      return each(count, [&](std::uint32_t i, batch::VectorBuilder& out) {
        out.append_value(cast(values[i], form.affinity));
      });
    };
    if (VectorPtr spread = once_per_text(operand, rows(), compute)) return Operand(spread);
    return result(operand.is_constant(),
                  [&](std::uint32_t count) { return compute(operand, count); });
  }

  Operand operator()(const Case& form);
  VectorPtr read_branches(const BranchOfRows& branches, std::span<const std::uint32_t> found);
  Operand operator()(const Call& form);
  Operand choose();
  Operand list_call(const Function& function, bool constant);

  // Predicates.
  template <typename Form>
  Operand operator()(const Form&) {
    if (!reads_rows(expr)) {
      const Selection one = Selection::all(1);
      return folded(truth_vector(Evaluator(evaluator.context(), one).truth(expr)), rows());
    }
    return Operand(truth_vector(evaluator.truth(expr)));
  }

  // Computes one row where all operands are constants, else all rows.
  template <typename Compute>
  Operand result(bool constant, Compute compute) {
    return constant ? folded(compute(1), rows()) : Operand(compute(rows()));
  }

  template <typename Step>
  VectorPtr each(std::uint32_t count, Step step) {
    batch::VectorBuilder out(count);
    PolledSteps steps;
    for (std::uint32_t i = 0; i < count; ++i) {
      step(i, out);
      steps.step();
    }
    return out.finish();
  }
};

Operand ValueOf::operator()(const Concat&) {
  std::vector<Operand> parts;
  add_parts(expr, parts);
  const auto varies = [](const Operand& part) { return !part.is_constant(); };
  const auto varying = std::ranges::count_if(parts, varies);
  if (varying == 1) {
    const auto column = std::ranges::find_if(parts, varies);
    const auto compute = [&](Operand texts, std::uint32_t entries) {
      std::vector<Operand> once = parts;
      once[static_cast<std::size_t>(column - parts.begin())] = std::move(texts);
      return concatenate_texts(once, entries);
    };
    if (VectorPtr spread = once_per_text(*column, rows(), compute)) return Operand(spread);
  }
  return result(varying == 0, [&](std::uint32_t count) { return concatenate_texts(parts, count); });
}

// Tells whether a condition can be asked of rows that do not come to it: it is cheap, and no row
// makes it fail.
bool asks_plainly(const Expr& expr) {
  const bool plain = expr.as<Compare>() != nullptr || expr.as<Is>() != nullptr ||
                     expr.as<IsNull>() != nullptr || expr.as<Between>() != nullptr ||
                     expr.as<In>() != nullptr;
  return plain && std::ranges::all_of(expr.args, [](const ExprPtr& arg) {
           return arg->as<PathRead>() != nullptr || arg->as<Constant>() != nullptr;
         });
}

// Gives rows without a branch one where the answer is true; returns how many.
ARBORS_KERNEL std::uint32_t take_rows(const std::uint8_t* answers, std::size_t rows,
                                      std::uint32_t branch, std::uint32_t none,
                                      std::uint32_t* found) {
  std::uint32_t taken = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint32_t before = found[i];
    const std::uint32_t takes = (answers[i] == kTrue ? 1U : 0U) & (before == none ? 1U : 0U);
    found[i] = takes != 0 ? branch : before;
    taken += takes;
  }
  return taken;
}

// Finds the branch that each row comes to, the number of branches where it comes to none.
class BranchOfRows {
 public:
  BranchOfRows(Evaluator& evaluator, const Case& form, const Expr& expr)
      : evaluator_(evaluator),
        form_(form),
        expr_(expr),
        first_(form.has_base ? 1 : 0),
        branches_(
            static_cast<std::uint32_t>((expr.args.size() - first_ - form.has_otherwise) / 2)) {}

  std::uint32_t branches() const { return branches_; }
  const Expr& then(std::uint32_t branch) const { return *expr_.args[first_ + 2 * branch + 1]; }
  const Expr* otherwise() const { return form_.has_otherwise ? expr_.args.back().get() : nullptr; }

  std::vector<std::uint32_t> find() {
    std::vector<std::uint32_t> found(evaluator_.rows(), branches_);
    std::size_t open = found.size();
    for (std::uint32_t branch = 0; branch < branches_ && open > 0; ++branch) {
      const bool all = open == found.size();
      const bool plain = asks_plainly(*condition(branch));
      constexpr std::size_t kFew = 8;
      open -= all || (plain && open > found.size() / kFew) ? ask_all(branch, found)
                                                           : ask_open(branch, found);
    }
    return found;
  }

 private:
  ExprPtr condition(std::uint32_t branch) const {
    const ExprPtr& when = expr_.args[first_ + 2 * std::size_t{branch}];
    if (!form_.has_base) return when;
    const Compare equal{Comparison::Equal, form_.collations[branch], form_.coercions[branch]};
    return std::make_shared<const Expr>(Expr{equal, {expr_.args[0], when}});
  }

  std::size_t ask_all(std::uint32_t branch, std::vector<std::uint32_t>& found) const {
    const Truths answers = evaluator_.truth(*condition(branch));
    return take_rows(answers.data(), found.size(), branch, branches_, found.data());
  }

  std::size_t ask_open(std::uint32_t branch, std::vector<std::uint32_t>& found) const {
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < found.size(); ++i)
      if (found[i] == branches_) open.push_back(i);
    const Selection rows_there = at_positions(evaluator_.selection(), open);
    Evaluator there(evaluator_.context(), rows_there);
    const Truths answers = there.truth(*condition(branch));
    std::size_t taken = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (answers[i] != kTrue) continue;
      found[open[i]] = branch;
      ++taken;
    }
    return taken;
  }

  Evaluator& evaluator_;
  const Case& form_;
  const Expr& expr_;
  std::size_t first_;
  std::uint32_t branches_;
};

// Reads branches that are paths or constants, all of them numbers or NULL, without lists of rows;
// null where they are something else.
VectorPtr ValueOf::read_branches(const BranchOfRows& branches,
                                 std::span<const std::uint32_t> found) {
  constexpr batch::TagSet kNumbers =
      batch::tag_bit(Tag::Integer) | batch::tag_bit(Tag::Real) | batch::kNullTags;
  constexpr std::uint32_t kMost = 8;  // of more, each has few rows
  if (branches.branches() > kMost) return nullptr;
  std::vector<VectorPtr> values;
  batch::TagSet kinds = branches.otherwise() == nullptr ? batch::tag_bit(Tag::Missing) : 0;
  for (std::uint32_t branch = 0; branch <= branches.branches(); ++branch) {
    const Expr* value =
        branch < branches.branches() ? &branches.then(branch) : branches.otherwise();
    if (value == nullptr) continue;
    if (value->as<Constant>() == nullptr && value->as<PathRead>() == nullptr) return nullptr;
    values.push_back(dense(evaluator.value(*value), rows()));
    if (!values.back()->only(kNumbers)) return nullptr;
    kinds |= values.back()->kinds;
  }
  batch::Vector out;
  out.rows = rows();
  out.kinds = kinds;
  out.tags.assign(rows(), static_cast<std::uint8_t>(Tag::Missing));
  if (out.has(Tag::Integer)) out.integers.resize(rows());
  if (out.has(Tag::Real)) out.reals.resize(rows());
  for (std::uint32_t branch = 0; branch < values.size(); ++branch) {
    const batch::Vector& value = *values[branch];
    const auto copy = [&](auto& to, const auto& from) {
      if (from.empty() || to.empty()) return;  // room of a kind that no row has
      for (std::size_t i = 0; i < found.size(); ++i) to[i] = found[i] == branch ? from[i] : to[i];
    };
    copy(out.integers, value.integers);
    copy(out.reals, value.reals);
    if (value.tags.empty())
      copy(out.tags, std::vector<std::uint8_t>(rows(), static_cast<std::uint8_t>(value.uniform)));
    else
      copy(out.tags, value.tags);
  }
  if (std::has_single_bit(out.kinds)) {
    out.uniform = static_cast<Tag>(std::countr_zero(out.kinds));
    out.tags.clear();
  }
  return std::make_shared<const batch::Vector>(std::move(out));
}

// Computes each branch for the rows that come to it alone.
Operand ValueOf::operator()(const Case& form) {
  BranchOfRows branch_of_rows(evaluator, form, expr);
  const std::uint32_t branches = branch_of_rows.branches();
  const std::vector<std::uint32_t> found = branch_of_rows.find();
  const auto value_of = [&](std::uint32_t branch) {
    return branch < branches ? &branch_of_rows.then(branch) : branch_of_rows.otherwise();
  };
  std::vector<const Constant*> constants;
  for (std::uint32_t branch = 0; branch <= branches; ++branch)
    if (const Expr* value = value_of(branch)) constants.push_back(value->as<Constant>());
  if (std::ranges::find(constants, nullptr) == constants.end())
    return Operand(chosen_constants(constants, found));
  if (VectorPtr numbers = read_branches(branch_of_rows, found)) return Operand(numbers);
  std::vector<std::vector<std::uint32_t>> positions(branches + std::size_t{1});
  for (std::uint32_t i = 0; i < rows(); ++i) positions[found[i]].push_back(i);
  batch::VectorBuilder out(rows());
  out.resize(rows());
  for (std::uint32_t branch = 0; branch <= branches; ++branch) {
    const Expr* value = value_of(branch);
    if (value == nullptr || positions[branch].empty()) continue;
    const Selection rows_there = at_positions(evaluator.selection(), positions[branch]);
    Evaluator there(evaluator.context(), rows_there);
    const std::uint32_t count = there.rows();
    std::vector<std::uint32_t> from(count);
    std::iota(from.begin(), from.end(), 0);
    out.place(*dense(there.value(*value), count), from, positions[branch]);
  }
  return Operand(out.finish());
}

// Runs a function over rows whose arguments are at hand.
VectorPtr run(const Function& function, const EvalContext& context, std::vector<Operand> args,
              std::uint32_t rows) {
  batch::VectorBuilder out(rows);
  CallFrame frame{rows, std::move(args), out, context};
  function.evaluate(frame);
  return frame.result ? std::move(frame.result) : out.finish();
}

Operand ValueOf::list_call(const Function& function, bool constant) {
  const Selection one = Selection::all(1);
  Evaluator rows_here(evaluator.context(), constant ? one : evaluator.selection());
  const batch::List list = rows_here.list(*expr.args[0]);
  batch::VectorBuilder out(rows_here.rows());
  CallFrame frame{rows_here.rows(), {}, out, evaluator.context(), &list};
  if (function.shape == Function::Shape::Elements) {
    frame.element_expr = expr.args[1].get();
  } else {
    for (std::size_t i = 1; i < expr.args.size(); ++i) {
      frame.args.push_back(rows_here.value(*expr.args[i]));
    }
  }
  function.evaluate(frame);
  return constant ? folded(out.finish(), rows()) : Operand(out.finish());
}

// The tag that an operand has in every row where it is NULL in all of them; nothing where it has
// values, or both tags.
std::optional<Tag> only_null(const Operand& operand) {
  if (operand.is_constant())
    return operand.constant().is_null() ? std::optional(Tag::Null) : std::nullopt;
  const batch::Vector& vector = operand.vector();
  if (vector.only(batch::tag_bit(Tag::Null))) return Tag::Null;
  if (vector.only(batch::tag_bit(Tag::Missing))) return Tag::Missing;
  return std::nullopt;
}

// Gives coalesce() where no value stands behind its first argument: that column with its
// dictionary, NULL as the last argument has it.
std::optional<Operand> first_of_all(const Function& function, const std::vector<Operand>& args,
                                    std::uint32_t rows) {
  if (function.name != "coalesce" && function.name != "ifnull") return std::nullopt;
  for (auto arg = args.begin() + 1; arg != args.end(); ++arg)
    if (!only_null(*arg)) return std::nullopt;
  const Operand& first = args.front();
  if (first.is_constant()) return first.constant().is_null() ? args.back() : first;
  if ((first.vector().kinds & batch::kNullTags) == 0) return first;
  return Operand(batch::with_nulls_as(dense(first, rows), *only_null(args.back())));
}

// Computes iif(), which is a CASE, with NULL where it says nothing else.
Operand ValueOf::choose() {
  Expr choice = expr;
  if (choice.args.size() == 2)
    choice.args.push_back(std::make_shared<const Expr>(Expr{Constant{Value::null()}, {}}));
  return ValueOf{evaluator, choice, nested}(Case{false, true, {}, {}});
}

Operand ValueOf::operator()(const Call& form) {
  const Function& function = *form.function;
  const bool constant = !reads_rows(expr);
  if (function.shape >= Function::Shape::Lists) return list_call(function, constant);
  if (!constant && (function.name == "iif" || function.name == "if")) return choose();
  const bool presence = function.shape == Function::Shape::Presence;
  std::vector<Operand> args;
  for (const ExprPtr& arg : expr.args) {
    args.push_back(evaluator.value(*arg, presence ? Nested::Kind : Nested::Text));
  }
  if (constant) return folded(run(function, evaluator.context(), std::move(args), 1), rows());
  if (std::optional<Operand> first = first_of_all(function, args, rows())) return *first;
  const auto varies = [](const Operand& operand) { return !operand.is_constant(); };
  if (std::count_if(args.begin(), args.end(), varies) == 1) {
    const auto at = std::find_if(args.begin(), args.end(), varies) - args.begin();
    const auto index = static_cast<std::size_t>(at);
    const auto compute = [&](Operand texts, std::uint32_t entries) {
      std::vector<Operand> once = args;
      once[index] = std::move(texts);
      return run(function, evaluator.context(), std::move(once), entries);
    };
    if (VectorPtr spread = once_per_text(args[index], rows(), compute)) {
      return Operand(std::move(spread));
    }
  }
  return Operand(run(function, evaluator.context(), std::move(args), rows()));
}

// Opens the list an expression gives in each row.
batch::List Evaluator::list(const Expr& expr) {
  const auto* path = expr.as<PathRead>();
  if (path == nullptr) return batch::Scope(dense(value(expr), rows())).list({});
  if (selection_.is_all_of(context_.scope.size())) return context_.scope.list(path->path);
  std::vector<std::uint32_t> storage;
  return context_.scope.select(row_span(selection_, storage)).list(path->path);
}

Operand Evaluator::value(const Expr& expr, Nested nested) {
  poll_interrupt(rows() / kRowsAStep);
  return std::visit(ValueOf{*this, expr, nested}, expr.form);
}

VectorPtr truth_vector(const Truths& truths) {
  auto out = std::make_shared<batch::Vector>();
  out->rows = static_cast<std::uint32_t>(truths.size());
  out->tags.resize(truths.size());
  write_booleans(truths, out->tags.data());
  out->kinds = batch::tag_bit(Tag::False) | batch::tag_bit(Tag::Null) | batch::tag_bit(Tag::True);
  return out;
}

VectorPtr dense(const Operand& operand, std::uint32_t rows) {
  if (operand.is_constant()) {
    if (!operand.is_boolean()) return batch::constant(operand.constant(), rows);
    return truth_vector(Truths(rows, truth_of(operand.constant().integer != 0)));
  }
  if (operand.mapping() == nullptr) return operand.vector_ptr();
  std::vector<std::uint32_t> storage;
  return batch::gather(operand.vector(), row_span(*operand.mapping(), storage));
}

}  // namespace arbors::expr
