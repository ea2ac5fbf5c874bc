// Truth of every form of expression, over the selected rows of an evaluator.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/expr/evaluate/column_test.h"
#include "engine/expr/evaluate/comparison.h"
#include "engine/expr/evaluate/evaluator.h"
#include "engine/expr/evaluate/pattern_test.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"
#include "engine/expr/search/code_points.h"

namespace arbors::expr {
namespace {

using batch::Nested;

// LIKE and GLOB see numbers as texts.
struct MatchTest {
  const PatternTest& pattern;
  bool operator()(const Scalar& value) const {
    if (!value.is_number()) return pattern(value.text);
    std::string text;
    append_text(text, value);
    return pattern(text);
  }
  void answer(const batch::TextPool& texts, std::span<std::uint8_t> answers) const {
    pattern.answer(texts, answers);
  }
  const Range* numbers() const { return nullptr; }
  const Range* texts() const { return nullptr; }
  std::optional<bool> all_texts() const { return std::nullopt; }
};

struct SetTest {
  const ValueSet& set;
  bool operator()(const Scalar& value) const { return set.contains(value); }
  const Range* numbers() const { return nullptr; }
  const Range* texts() const { return nullptr; }
  std::optional<bool> all_texts() const {
    return set.holds_texts() ? std::nullopt : std::optional(false);
  }
};

struct TruthTest {
  bool operator()(const Scalar& value) const { return is_true(value); }
  const Range* numbers() const { return &zero; }
  const Range* texts() const { return nullptr; }
  std::optional<bool> all_texts() const { return std::nullopt; }
  Range zero{0, 0, 0.0, 0.0, {}, true};  // true is what is not 0
};

template <typename Test>
Truths test_rows(const Test& test, const Operand& operand, std::size_t rows) {
  if (!operand.is_constant()) return ColumnTest<Test>(test, operand, rows).run();
  const Scalar value(operand.constant());
  return Truths(rows, value.is_null() ? kUnknown : truth_of(test(value)));
}

bool is_path(const Expr& expr) {
  if (expr.as<Collate>() != nullptr) return is_path(*expr.args[0]);
  return expr.as<PathRead>() != nullptr;
}

void negate(Truths& truths) {
  for (std::uint8_t& truth : truths) truth = negated(truth);
}

std::string escape_character(const Scalar& escape) {
  std::string text;
  append_text(text, escape);
  if (utf8_length(text) != 1) throw_invalid("ESCAPE expression must be a single character");
  return text;
}

}  // namespace

// Answers for each form; what is no predicate is true where it is a number other than 0.
struct TruthOf {
  Evaluator& evaluator;
  const Expr& expr;

  std::size_t rows() const { return evaluator.rows(); }
  Truths all(std::uint8_t truth) const { return Truths(rows(), truth); }

  // Applies a test to an operand, reading nested values' texts only where the test looks at them.
  template <typename Test>
  Truths apply(const Test& test, const Expr& value, Operand operand) {
    if (!test.all_texts()) operand = with_texts(value, std::move(operand));
    return test_rows(test, operand, rows());
  }
  template <typename Test>
  Truths apply(const Test& test, const Expr& value) {
    return apply(test, value, evaluator.value(value, Nested::Kind));
  }

  // Reads a path again, with texts, where objects and arrays came without.
  Operand with_texts(const Expr& value, Operand operand) {
    const bool may_lack = !operand.is_constant() && is_path(value) &&
                          (operand.vector().kinds & batch::kNestedTags) != 0;
    return may_lack ? evaluator.value(value) : operand;
  }

  Truths compare_operands(const Compare& form, Operand left, Operand right) {
    const Expr& left_expr = *expr.args[0];
    const Expr& right_expr = *expr.args[1];
    if (left.is_constant() && right.is_constant()) {
      return all(compare_rows(form, left, right, 1)[0]);
    }
    if (left.is_constant()) {
      const Compare turned{mirrored(form.op), form.collation, form.coercion};
      return compare_constant(turned, right_expr, std::move(right), left.constant());
    }
    if (right.is_constant()) {
      return compare_constant(form, left_expr, std::move(left), right.constant());
    }
    return compare_rows(form, with_texts(left_expr, std::move(left)),
                        with_texts(right_expr, std::move(right)), rows());
  }

  Truths compare_constant(const Compare& form, const Expr& value, Operand operand,
                          const Value& constant) {
    if (constant.is_null()) return all(kUnknown);
    return apply(ConstantTest(form.op, constant, form.collation, form.coercion), value,
                 std::move(operand));
  }

  Truths operator()(const Compare& form) {
    return compare_operands(form, evaluator.value(*expr.args[0], Nested::Kind),
                            evaluator.value(*expr.args[1], Nested::Kind));
  }

  Truths nulls_of(const Operand& operand) const {
    if (operand.is_constant()) return all(truth_of(operand.constant().is_null()));
    const batch::Vector& column = operand.vector();
    if (column.tags.empty()) {
      return all(truth_of((batch::tag_bit(column.uniform) & batch::kNullTags) != 0));
    }
    Truths out(rows());
    with_rows(operand, [&](auto row_of) {
      const std::uint8_t* tags = column.tags.data();
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = truth_of(tags[row_of(i)] <= static_cast<std::uint8_t>(batch::Tag::Null));
      }
    });
    return out;
  }

  Truths operator()(const Is& form) {
    const Operand left = evaluator.value(*expr.args[0], Nested::Kind);
    const Operand right = evaluator.value(*expr.args[1], Nested::Kind);
    const Compare equality{form.negated ? Comparison::NotEqual : Comparison::Equal, form.collation,
                           form.coercion};
    Truths out = compare_operands(equality, left, right);
    // Where a side is NULL, they are the same only if both are.
    const Truths left_null = nulls_of(left);
    const Truths right_null = nulls_of(right);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const bool same = left_null[i] == right_null[i];
      if (out[i] == kUnknown) out[i] = truth_of(same != form.negated);
    }
    return out;
  }

  Truths operator()(const IsNull& form) {
    Truths out = nulls_of(evaluator.value(*expr.args[0], Nested::Kind));
    if (form.negated) negate(out);
    return out;
  }

  Truths operator()(const IsTruth& form) {
    Truths out = evaluator.truth(*expr.args[0]);
    const std::uint8_t wanted = truth_of(form.truth);
    for (std::uint8_t& truth : out) truth = truth_of((truth == wanted) != form.negated);
    return out;
  }

  Truths operator()(const Between& form) {
    const Operand low = evaluator.value(*expr.args[1]);
    const Operand high = evaluator.value(*expr.args[2]);
    Operand value = evaluator.value(*expr.args[0], Nested::Kind);
    const bool known = !value.is_constant() && low.is_constant() && high.is_constant() &&
                       !low.constant().is_null() && !high.constant().is_null();
    if (known) {
      if (const auto test = ConstantTest::between(form, low.constant(), high.constant())) {
        return apply(*test, *expr.args[0], std::move(value));
      }
    }
    value = with_texts(*expr.args[0], std::move(value));
    const Compare above{Comparison::GreaterEqual, form.low_collation, form.low};
    const Compare below{Comparison::LessEqual, form.high_collation, form.high};
    Truths out = compare_rows(above, value, low, rows());
    const Truths upper = compare_rows(below, value, high, rows());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::min(out[i], upper[i]);
    if (form.negated) negate(out);
    return out;
  }

  Truths operator()(const In& form) {
    const ValueSet& set = *form.set;
    if (set.items().empty() && !set.holds_null() && expr.args.size() == 1) {
      return all(truth_of(form.negated));  // in an empty list there is nothing, not even NULL
    }
    Truths out = apply(SetTest{set}, *expr.args[0]);
    if (set.holds_null()) {
      for (std::uint8_t& truth : out) truth = std::max(truth, kUnknown);
    }
    const Compare equal{Comparison::Equal, set.collation(), set.coercion()};
    for (std::size_t item = 1; item < expr.args.size(); ++item) {
      const Truths more = compare_rows(equal, evaluator.value(*expr.args[0]),
                                       evaluator.value(*expr.args[item]), rows());
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(out[i], more[i]);
    }
    if (form.negated) negate(out);
    return out;
  }

  Truths operator()(const Match& form) {
    const Operand pattern = evaluator.value(*expr.args[1]);
    const bool escaped = expr.args.size() > 2;
    const Operand escape = escaped ? evaluator.value(*expr.args[2]) : Operand(Value::of(""));
    Truths out;
    if (pattern.is_constant() && escape.is_constant()) {
      if (pattern.constant().is_null() || escape.constant().is_null()) return all(kUnknown);
      const PatternTest test =
          pattern_test(form, Scalar(pattern.constant()), escaped, Scalar(escape.constant()));
      out = apply(MatchTest{test}, unfolded(form));
    } else {
      out = match_rows(form, evaluator.value(*expr.args[0]), pattern, escaped, escape);
    }
    if (form.negated) negate(out);
    return out;
  }

  // What is matched; of lower(e) LIKE, which ignores the case, e.
  const Expr& unfolded(const Match& form) const {
    const Expr& text = *expr.args[0];
    const auto* call = text.as<Call>();
    const bool folds = form.pattern == Pattern::Like && call != nullptr &&
                       (call->function->name == "lower" || call->function->name == "upper");
    return folds ? *text.args[0] : text;
  }

  static PatternTest pattern_test(const Match& form, const Scalar& pattern, bool escaped,
                                  const Scalar& escape) {
    std::string text;
    append_text(text, pattern);
    return PatternTest(form.pattern, text, escaped ? escape_character(escape) : std::string());
  }

  Truths match_rows(const Match& form, const Operand& text, const Operand& pattern, bool escaped,
                    const Operand& escape) {
    Truths out(rows());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Scalar value = text[i];
      const Scalar like = pattern[i];
      const Scalar by = escape[i];
      if (value.is_null() || like.is_null() || by.is_null()) {
        out[i] = kUnknown;
      } else {
        out[i] = truth_of(MatchTest{pattern_test(form, like, escaped, by)}(value));
      }
    }
    return out;
  }

  // Evaluates each condition only where the ones before have not settled the answer.
  Truths junction(std::uint8_t settled) {
    Truths out = evaluator.truth(*expr.args[0]);
    for (std::size_t arg = 1; arg < expr.args.size(); ++arg) {
      Selection open = evaluator.selection();
      std::vector<std::uint32_t> positions;
      for (std::uint32_t i = 0; i < out.size(); ++i) {
        if (out[i] != settled) positions.push_back(i);
      }
      if (positions.empty()) break;
      if (positions.size() < out.size()) open = at_positions(evaluator.selection(), positions);
      const Truths more = Evaluator(evaluator.context(), open).truth(*expr.args[arg]);
      for (std::size_t i = 0; i < positions.size(); ++i) {
        std::uint8_t& truth = out[positions[i]];
        truth = settled == kFalse ? std::min(truth, more[i]) : std::max(truth, more[i]);
      }
    }
    return out;
  }
  Truths operator()(const And&) { return junction(kFalse); }
  Truths operator()(const Or&) { return junction(kTrue); }
  Truths operator()(const Not&) {
    Truths out = evaluator.truth(*expr.args[0]);
    negate(out);
    return out;
  }
  Truths operator()(const Collate&) { return evaluator.truth(*expr.args[0]); }

  template <typename Form>
  Truths operator()(const Form&) {
    Operand value = evaluator.value(expr, Nested::Kind);
    if (std::optional<Truths> truths = booleans(value)) return std::move(*truths);
    return apply(TruthTest{}, expr, std::move(value));
  }

  // The truths of a column that holds nothing else.
  std::optional<Truths> booleans(const Operand& operand) const {
    constexpr batch::TagSet kBooleans =
        batch::tag_bit(batch::Tag::True) | batch::tag_bit(batch::Tag::False) | batch::kNullTags;
    if (operand.is_constant() || !operand.vector().only(kBooleans)) return std::nullopt;
    const std::vector<std::uint8_t>& tags = operand.vector().tags;
    if (tags.empty()) return std::nullopt;
    Truths out(rows());
    if (operand.mapping() == nullptr) {
      read_booleans(tags, out.data());
    } else {
      with_rows(operand, [&](auto row_of) {
        for (std::size_t i = 0; i < out.size(); ++i) read_booleans({&tags[row_of(i)], 1}, &out[i]);
      });
    }
    return out;
  }
};

Truths Evaluator::truth(const Expr& expr) {
  poll_interrupt(rows() / kRowsAStep);
  return std::visit(TruthOf{*this, expr}, expr.form);
}

}  // namespace arbors::expr
