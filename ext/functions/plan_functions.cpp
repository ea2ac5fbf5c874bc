#include <algorithm>
#include <array>

#include "engine/base/excerpt.h"
#include "engine/exec/query/explain.h"
#include "engine/expr/text/parser.h"
#include "engine/plan/expression_parts.h"
#include "ext/functions/functions.h"
#include "ext/functions/match_text.h"
#include "ext/functions/sql_help.h"
#include "ext/host/handed_text.h"
#include "ext/host/sql_value.h"
#include "ext/plans/plan_session.h"

namespace arbors::ext {
namespace {

constexpr int kMostArguments = 127;  // as many as SQLite allows, parameters included

std::vector<Value> parameters_from(const CallArguments& call, std::size_t first) {
  return to_parameters(call.values.subspan(std::min(first, call.values.size())));
}

// The plan in the first argument, with the parameters from argument `first` on.
exec::Query query_of(const CallArguments& call, std::size_t first, const Asked& asked = {}) {
  return call.session.plans().query(text_argument(call.values[0], "the plan"),
                                    parameters_from(call, first), asked);
}

// The condition in the second argument; it sees the same parameters as the plan.
expr::ExprPtr condition_of(const CallArguments& call) {
  return plan::bind_parameters(
      expr::parse_expression(text_argument(call.values[1], "the condition")),
      parameters_from(call, 2));
}

std::int64_t integer_of(const CallArguments& call, std::size_t at, std::string_view what) {
  const auto integer = integer_argument(call.values[at]);
  if (!integer) throw_invalid(std::string(what) + " must be an integer");
  return *integer;
}

void set_tree(const CallArguments& call, const std::optional<std::string>& tree) {
  if (tree) return set_json(call.context, *tree);
  sqlite3_result_null(call.context);
}

void count(const CallArguments& call) {
  sqlite3_result_int64(call.context, static_cast<sqlite3_int64>(exec::count(query_of(
                                         call, 1, {.trees = false, .condition = nullptr}))));
}
// A plan and a condition on its trees.
struct Searched {
  expr::ExprPtr condition;
  exec::Query query;
};
Searched searched(const CallArguments& call, bool trees) {
  expr::ExprPtr condition = condition_of(call);
  return {condition, query_of(call, 2, {trees, condition})};
}

void any(const CallArguments& call) {
  const Searched search = searched(call, false);
  sqlite3_result_int(call.context, exec::any(search.query, search.condition) ? 1 : 0);
}
void all(const CallArguments& call) {
  const Searched search = searched(call, false);
  sqlite3_result_int(call.context, exec::all(search.query, search.condition) ? 1 : 0);
}
void matching_indices(const CallArguments& call) {
  const Searched search = searched(call, false);
  std::string json = "[";
  for (const std::uint64_t index : exec::matching_indices(search.query, search.condition))
    json += (json.size() > 1 ? "," : "") + std::to_string(index);
  set_json(call.context, json + ']');
}
void find_one(const CallArguments& call) {
  const Searched search = searched(call, true);
  set_tree(call, exec::find_one(search.query, search.condition));
}
void find_one_or_error(const CallArguments& call) {
  const Searched search = searched(call, true);
  const auto tree = exec::find_one(search.query, search.condition);
  if (!tree)
    throw Error(ErrorCode::NotFound, "no tree for which " +
                                         excerpt(text_argument(call.values[1], "the condition")) +
                                         " is true");
  set_json(call.context, *tree);
}
void get(const CallArguments& call) {
  set_tree(call, exec::get(query_of(call, 2), integer_of(call, 1, "the index")));
}
void collect_tree(const CallArguments& call) {
  set_json(call.context, exec::collect_tree(query_of(call, 1)));
}
void lookup(const CallArguments& call) {
  set_tree(call, call.session.plans().lookup(text_argument(call.values[0], "the plan"),
                                             parameters_from(call, 1)));
}
void json(const CallArguments& call) {
  HandedText array;
  exec::write_array(query_of(call, 1), array.begin());
  array.set_result(call.context);
}

// The plan as it was written, views read through. What it costs tells of the values in it.
plan::NodePtr written_plan(const CallArguments& call) {
  PlanSession& plans = call.session.plans();
  const plan::NodePtr plan = plans.with_views(
      plans.parse(text_argument(call.values[0], "the plan"), parameters_from(call, 2)));
  plans.allow(plan, {.trees = false, .condition = nullptr});
  return plan;
}

void explain(const CallArguments& call) {
  const std::string sections =
      call.values.size() > 1 ? text_argument(call.values[1], "the sections") : std::string();
  const plan::NodePtr plan = written_plan(call);
  set_text(call.context,
           exec::explain(plan, sections, call.session.plans().binder(), call.session.execution()));
}
void explain_analyze(const CallArguments& call) {
  std::string sections;
  exec::RunBounds bounds;
  if (call.values.size() > 1)
    bounds = exec::parse_run_bounds(text_argument(call.values[1], "the options"), sections);
  const plan::NodePtr plan = written_plan(call);
  set_text(call.context,
           exec::explain_analyze(plan, sections, bounds, call.session.plans().binder(),
                                 call.session.execution()));
}
void help(const CallArguments& call) {
  const std::string topic =
      call.values.empty() ? std::string() : text_argument(call.values[0], "the topic");
  set_text(call.context, sql_help(topic));
}

void match(const CallArguments& call) {
  set_text(call.context,
           bound_match(text_argument(call.values[0], "the expression"), parameters_from(call, 1)));
}

void open(const CallArguments& call) {
  set_text(call.context, call.session.plans().open(text_argument(call.values[0], "the plan"),
                                                   parameters_from(call, 1)));
}
void refresh(const CallArguments& call) {
  set_text(call.context, call.session.plans().refresh(text_argument(call.values[0], "the handle")));
}
void close(const CallArguments& call) {
  call.session.plans().close(text_argument(call.values[0], "the handle"));
  sqlite3_result_null(call.context);
}

constexpr std::array<ScalarFunction, 17> kPlanFunctions{{
    {"arbor_count", 1, kMostArguments, Marks::Plain, Access::Reads, count},
    {"arbor_any", 2, kMostArguments, Marks::Plain, Access::Reads, any},
    {"arbor_all", 2, kMostArguments, Marks::Plain, Access::Reads, all},
    {"arbor_matching_indices", 2, kMostArguments, Marks::Plain, Access::Reads, matching_indices},
    {"arbor_find_one", 2, kMostArguments, Marks::Plain, Access::Reads, find_one},
    {"arbor_find_one_or_error", 2, kMostArguments, Marks::Plain, Access::Reads, find_one_or_error},
    {"arbor_get", 2, kMostArguments, Marks::Plain, Access::Reads, get},
    {"arbor_collect_tree", 1, kMostArguments, Marks::Plain, Access::Reads, collect_tree},
    {"arbor_lookup", 2, kMostArguments, Marks::Plain, Access::Reads, lookup},
    {"arbor_json", 1, kMostArguments, Marks::Plain, Access::Reads, json},
    {"arbor_explain", 1, kMostArguments, Marks::Plain, Access::Reads, explain},
    {"arbor_explain_analyze", 1, kMostArguments, Marks::Plain, Access::Reads, explain_analyze},
    {"arbor_help", 0, 1, Marks::Innocuous, Access::None, help},
    {"arbor_match", 1, kMostArguments, Marks::Innocuous, Access::None, match},
    {"arbor_open", 1, kMostArguments, Marks::Direct, Access::Reads, open},
    {"arbor_refresh", 1, 1, Marks::Direct, Access::Reads, refresh},
    {"arbor_close", 1, 1, Marks::Direct, Access::None, close},
}};

}  // namespace

std::span<const ScalarFunction> plan_functions() { return kPlanFunctions; }

}  // namespace arbors::ext
