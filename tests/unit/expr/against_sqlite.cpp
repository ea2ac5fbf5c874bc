// Compares expressions with SQLite itself: the same text, the same rows, the same values and types.
#include <sqlite3.h>

#include <cstdlib>
#include <optional>

#include "engine/base/error.h"
#include "engine/batch/batch_builder.h"
#include "engine/batch/memory_batch.h"
#include "engine/batch/vector_ops.h"
#include "engine/expr/evaluate.h"
#include "engine/expr/filter.h"
#include "engine/expr/parser.h"
#include "engine/expr/prune.h"
#include "tests/unit/catch.h"
#include "tests/unit/expr/random_rows.h"
#include "tests/unit/random_seed.h"

namespace arbors::expr {
namespace {

// An in-memory database with one table of the rows.
class Reference {
 public:
  explicit Reference(const std::vector<Row>& rows) {
    REQUIRE(sqlite3_open(":memory:", &db_) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db_, "CREATE TABLE t(a, b, i, r, s)", nullptr, nullptr, nullptr) == 0);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db_, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", -1, &insert, nullptr);
    for (const Row& row : rows) {
      for (int i = 0; i < 5; ++i) bind(insert, i + 1, row[static_cast<std::size_t>(i)].value);
      REQUIRE(sqlite3_step(insert) == SQLITE_DONE);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
  }
  ~Reference() { sqlite3_close(db_); }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  // Gives the expression's value in each row; nothing where SQLite has an error.
  std::optional<std::vector<Value>> values(const std::string& expression) {
    const std::string sql = "SELECT " + expression + " FROM t ORDER BY rowid";
    sqlite3_stmt* select = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &select, nullptr) != SQLITE_OK) {
      FAIL(sql << ": " << sqlite3_errmsg(db_));
    }
    std::vector<Value> values;
    int state = SQLITE_ROW;
    while ((state = sqlite3_step(select)) == SQLITE_ROW) values.push_back(read(select));
    sqlite3_finalize(select);
    if (state != SQLITE_DONE) return std::nullopt;
    return values;
  }

 private:
  static void bind(sqlite3_stmt* statement, int at, const Value& value) {
    switch (value.kind) {
      case ValueKind::Null:
        sqlite3_bind_null(statement, at);
        break;
      case ValueKind::Integer:
        sqlite3_bind_int64(statement, at, value.integer);
        break;
      case ValueKind::Real:
        sqlite3_bind_double(statement, at, value.real);
        break;
      default:
        sqlite3_bind_text(statement, at, value.text.data(), static_cast<int>(value.text.size()),
                          SQLITE_TRANSIENT);
    }
  }
  static Value read(sqlite3_stmt* statement) {
    switch (sqlite3_column_type(statement, 0)) {
      case SQLITE_INTEGER:
        return Value::of(static_cast<std::int64_t>(sqlite3_column_int64(statement, 0)));
      case SQLITE_FLOAT:
        return Value::of(sqlite3_column_double(statement, 0));
      case SQLITE_NULL:
        return Value::null();
      default:
        return Value::of(
            std::string(static_cast<const char*>(sqlite3_column_blob(statement, 0)) != nullptr
                            ? static_cast<const char*>(sqlite3_column_blob(statement, 0))
                            : "",
                        static_cast<std::size_t>(sqlite3_column_bytes(statement, 0))));
    }
  }

  sqlite3* db_ = nullptr;
};

std::string show(const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return "NULL";
    case ValueKind::Integer:
      return "integer " + std::to_string(value.integer);
    case ValueKind::Real: {
      char text[40];
      std::snprintf(text, sizeof text, "real %.17g", value.real);
      return text;
    }
    default:
      return "text '" + value.text + "'";
  }
}

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
