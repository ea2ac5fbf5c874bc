// Compares expressions with SQLite itself: the same text, the same rows, the same values and types.
#include <cstdlib>
#include <optional>

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/deduce/prune.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/text/parser.h"
#include "tests/unit/catch.h"
#include "tests/unit/expr/random_rows.h"
#include "tests/unit/expr/sqlite_reference.h"
#include "tests/unit/random_seed.h"

namespace arbors::expr {
namespace {

int rounds(int usual) {
  const char* given = std::getenv("ARBORS_ROUNDS");
  return given != nullptr ? std::atoi(given) : usual;
}

std::vector<Row> random_rows(std::mt19937& random, std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(random_row(random));
  return rows;
}

// Builds a batch, now and then with limits so small that paths, or whole trees, stay opaque.
batch::BatchReaderPtr batch_of(const std::vector<Row>& rows, std::mt19937& random) {
  std::vector<std::string> documents;
  for (const Row& row : rows) documents.push_back(document(row));
  batch::BuilderLimits limits;
  if (random() % 3 == 0) limits.max_paths = limits.most_paths = 1 + random() % 4;
  if (random() % 4 == 0) limits.max_depth = 1;
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  auto paths = std::make_shared<PathDictionary>();
  auto built = std::make_shared<batch::BuiltBatch>(batch::build_batch(views, *paths, limits));
  return std::make_shared<batch::MemoryBatch>(built, paths);
}

// Every third row, or so.
Selection some_rows(std::uint32_t count, std::mt19937& random) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < count; ++row) {
    if (random() % 3 == 0) rows.push_back(row);
  }
  return Selection::list(std::move(rows));
}

// Evaluates over the selection; nothing where that is an error.
batch::VectorPtr try_evaluate(const Expr& expr, const EvalContext& context,
                              const Selection& selection) {
  try {
    return evaluate(expr, context, selection);
  } catch (const Error&) {
    return nullptr;
  }
}

}  // namespace

TEST_CASE("random expressions have SQLite's values and types", "[expr]") {
  const unsigned start = random_seed();
  std::mt19937 random(start);
  for (int table = 0; table < rounds(30); ++table) {
    const std::vector<Row> rows = random_rows(random, 40);
    Reference reference(rows);
    const batch::BatchReaderPtr reader = batch_of(rows, random);
    const batch::Scope scope(*reader);
    const EvalContext context{scope};
    for (int i = 0; i < 100; ++i) {
      const std::string text = random_expression(random, 3);
      INFO("ARBORS_SEED=" << start << ": " << text);
      const auto expected = reference.values(text);
      const ExprPtr expr = parse_expression(text);
      REQUIRE(equal(*parse_expression(to_text(*expr)), *expr));
      const Selection selection =
          random() % 2 != 0 ? Selection::all(scope.size()) : some_rows(scope.size(), random);
      const batch::VectorPtr found = try_evaluate(*expr, context, selection);
      if (!expected || !found) {
        // Errors (abs of the least integer) may depend on which branch is taken first.
        continue;
      }
      REQUIRE(found->rows == selection.size());
      for (std::uint32_t at = 0; at < selection.size(); ++at) {
        const std::uint32_t row = selection[at];
        INFO("row " << row << ": " << document(rows[row]));
        REQUIRE(show(batch::value_at(*found, at)) == show((*expected)[row]));
      }
    }
  }
}

TEST_CASE("filter keeps the rows that SQLite's WHERE keeps, and pruning is never wrong", "[expr]") {
  const unsigned start = random_seed();
  std::mt19937 random(start);
  for (int table = 0; table < rounds(60); ++table) {
    const std::vector<Row> rows = random_rows(random, table % 2 == 0 ? 3 : 60);
    Reference reference(rows);
    const batch::BatchReaderPtr reader = batch_of(rows, random);
    const batch::Scope scope(*reader);
    const EvalContext context{scope};
    for (int i = 0; i < 60; ++i) {
      const std::string text = random_predicate(random, 3);
      INFO("ARBORS_SEED=" << start << ": " << text);
      const auto expected = reference.values("(" + text + ") IS TRUE");
      const ExprPtr expr = parse_expression(text);
      Selection kept = Selection::all(scope.size());
      if (random() % 2 != 0) kept = some_rows(scope.size(), random);
      std::vector<std::uint32_t> wanted;
      bool every = true;
      for (std::uint32_t at = 0; expected && at < kept.size(); ++at) {
        const bool is_true = (*expected)[kept[at]].integer != 0;
        if (is_true) wanted.push_back(kept[at]);
      }
      for (std::size_t row = 0; expected && row < rows.size(); ++row) {
        every = every && (*expected)[row].integer != 0;
      }
      try {
        filter(*expr, context, kept);
      } catch (const Error&) {
        continue;
      }
      if (!expected) continue;
      kept.make_list();
      REQUIRE(std::vector<std::uint32_t>(kept.rows().begin(), kept.rows().end()) == wanted);
      const Verdict verdict = prune(*expr, *reader);
      if (verdict == Verdict::Never) REQUIRE(wanted.empty());
      if (verdict == Verdict::Always) REQUIRE(every);
    }
  }
}

}  // namespace arbors::expr
