// Filters over one batch in cache: a comparison of a column with a constant, per row.
#include <benchmark/benchmark.h>

#include <random>

#include "engine/batch/trees/scope.h"
#include "engine/batch/vectors/vector.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/text/parser.h"

namespace arbors::expr {
namespace {

constexpr std::uint32_t kRows = 16384;

using batch::Tag;
using batch::Vector;

std::shared_ptr<Vector> column(Tag tag) {
  auto made = std::make_shared<Vector>();
  made->rows = kRows;
  made->uniform = tag;
  made->kinds = batch::tag_bit(tag);
  return made;
}

batch::VectorPtr integers() {
  auto made = column(Tag::Integer);
  std::mt19937 random(1);
  for (std::uint32_t i = 0; i < kRows; ++i) made->integers.push_back(random() % 1000);
  return made;
}

batch::VectorPtr reals() {
  auto made = column(Tag::Real);
  std::mt19937 random(2);
  for (std::uint32_t i = 0; i < kRows; ++i) made->reals.push_back(random() % 1000 / 8.0);
  return made;
}

batch::VectorPtr strings(bool sorted) {
  auto made = column(Tag::String);
  auto pool = std::make_shared<batch::TextPool>();
  for (int i = 0; i < 100; ++i) pool->add("text " + std::to_string(100 + i));
  pool->distinct = true;
  pool->sorted = sorted;
  made->strings = pool;
  std::mt19937 random(3);
  std::vector<std::uint32_t> codes(kRows);
  for (std::uint32_t& code : codes) code = random() % 100;
  made->codes = batch::Codes::narrow(std::move(codes), pool->size());
  return made;
}

batch::VectorPtr with_nulls(const batch::VectorPtr& full) {
  auto made = std::make_shared<Vector>(*full);
  std::mt19937 random(4);
  for (std::uint32_t i = 0; i < kRows; ++i) {
    const bool null = random() % 10 == 0;
    made->tags.push_back(static_cast<std::uint8_t>(null ? Tag::Null : made->uniform));
    if (null) made->integers[i] = 0;
  }
  made->kinds |= batch::tag_bit(Tag::Null);
  return made;
}

void run(benchmark::State& state, const batch::VectorPtr& values, const char* text) {
  const batch::Scope scope(values);
  const EvalContext context{scope};
  const ExprPtr expr = parse_expression(text);
  for (auto _ : state) {
    Selection rows = Selection::all(kRows);
    filter(*expr, context, rows);
    benchmark::DoNotOptimize(rows);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

BENCHMARK_CAPTURE(run, integer_half, integers(), "it < 500");
BENCHMARK_CAPTURE(run, integer_few, integers(), "it = 500");
BENCHMARK_CAPTURE(run, integer_between, integers(), "it BETWEEN 100 AND 200");
BENCHMARK_CAPTURE(run, integer_nulls, with_nulls(integers()), "it < 500");
BENCHMARK_CAPTURE(run, integer_in, integers(), "it IN (1, 5, 9, 300, 700)");
BENCHMARK_CAPTURE(run, real_half, reals(), "it < 62.0");
BENCHMARK_CAPTURE(run, string_sorted_equal, strings(true), "it = 'text 150'");
BENCHMARK_CAPTURE(run, string_equal, strings(false), "it = 'text 150'");
BENCHMARK_CAPTURE(run, string_like, strings(false), "it LIKE '%5%'");
BENCHMARK_CAPTURE(run, arithmetic, integers(), "it * 2 + 1 > 900");
BENCHMARK_CAPTURE(run, conjunction, integers(), "it > 250 AND it < 750 AND it <> 500");

}  // namespace
}  // namespace arbors::expr
