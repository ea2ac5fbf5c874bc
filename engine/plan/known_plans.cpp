#include "engine/plan/known_plans.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/plan/parse_plan.h"

namespace arbors::plan {
namespace {

constexpr std::size_t kMostPlans = 64;
constexpr std::size_t kMostBytes = 4096;  // of a text with its parameters

bool is_same(const Value& left, const Value& right) {
  return left.kind == right.kind && left.integer == right.integer &&
         std::bit_cast<std::uint64_t>(left.real) == std::bit_cast<std::uint64_t>(right.real) &&
         left.text == right.text;
}

bool is_same(const select::Table& left, const select::Table& right) {
  return left.trees == right.trees && left.in_memory == right.in_memory &&
         left.stored == right.stored &&
         (left.columns == right.columns || *left.columns == *right.columns);
}

}  // namespace

// Hands everything on to a catalog, and notes what it says.
class KnownPlans::Recorder : public select::Catalog {
 public:
  Recorder(const select::Catalog& catalog, Answers& answers)
      : catalog_(catalog), answers_(answers) {}

  select::Table table(Source& source) const override {
    AskedTable asked;
    asked.source = source;
    try {
      asked.table = catalog_.table(source);
    } catch (...) {
      answers_.refused = true;
      throw;
    }
    asked.kind = source.kind;
    answers_.tables.push_back(asked);
    return std::move(asked.table);
  }
  const select::CalledFunction* own_call(
      std::span<const select::CalledFunction> calls) const override {
    const select::CalledFunction* own = catalog_.own_call(calls);
    answers_.refused = answers_.refused || own != nullptr;
    answers_.calls.insert(answers_.calls.end(), calls.begin(), calls.end());
    return own;
  }
  bool host_runs(std::string_view statement) const override {
    answers_.refused = true;
    return catalog_.host_runs(statement);
  }
  bool reads_by_parts(std::string_view statement) const override {
    const bool by_parts = catalog_.reads_by_parts(statement);
    answers_.read_by_parts.emplace_back(statement, by_parts);
    return by_parts;
  }
  bool merges_sets() const override { return catalog_.merges_sets(); }  // as long as the host lives
  bool is_own(Collation collation) const override {
    const bool own = catalog_.is_own(collation);
    answers_.refused = answers_.refused || own;
    answers_.collations[static_cast<std::size_t>(collation)] = true;
    return own;
  }

 private:
  const select::Catalog& catalog_;
  Answers& answers_;
};

// What is refused now is so as the text is read anew, which tells where in it.
bool KnownPlans::holds(const Answers& answers, const select::Catalog& catalog) try {
  for (std::size_t collation = 0; collation < answers.collations.size(); ++collation)
    if (answers.collations[collation] && catalog.is_own(static_cast<Collation>(collation)))
      return false;
  for (const AskedTable& asked : answers.tables) {
    Source source = asked.source;
    if (!is_same(catalog.table(source), asked.table) || source.kind != asked.kind) return false;
  }
  for (const auto& [statement, by_parts] : answers.read_by_parts)
    if (catalog.reads_by_parts(statement) != by_parts) return false;
  return catalog.own_call(answers.calls) == nullptr;
} catch (const Error& error) {
  if (error.code() == ErrorCode::Invalid || error.code() == ErrorCode::NotFound) return false;
  throw;
}

NodePtr KnownPlans::parse(std::string_view text, std::span<const Value> parameters,
                          const select::Catalog& catalog) {
  const int digits = real_text_digits();
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const Known& one) {
    return one.text == text && one.digits == digits &&
           std::ranges::equal(one.parameters, parameters,
                              [](const Value& a, const Value& b) { return is_same(a, b); });
  });
  if (found != known_.end()) {
    std::list<Known> known;  // held apart: the catalog may have other texts read
    known.splice(known.begin(), known_, found);
    if (holds(known.front().answers, catalog)) {
      known_.splice(known_.begin(), known);
      return known_.front().plan;
    }
  }
  Answers answers;
  const Recorder recorder(catalog, answers);
  NodePtr plan = parse_plan(text, parameters, &recorder);
  if (!answers.refused) keep(text, parameters, plan, std::move(answers));
  return plan;
}

void KnownPlans::keep(std::string_view text, std::span<const Value> parameters, NodePtr plan,
                      Answers answers) {
  std::size_t bytes = text.size();
  for (const Value& parameter : parameters) bytes += parameter.text.size() + sizeof(Value);
  if (bytes > kMostBytes) return;
  known_.push_front({std::string(text),
                     {parameters.begin(), parameters.end()},
                     real_text_digits(),
                     std::move(plan),
                     std::move(answers)});
  if (known_.size() > kMostPlans) known_.pop_back();
}

}  // namespace arbors::plan
