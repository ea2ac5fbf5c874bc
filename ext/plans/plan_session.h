// Plans on a connection: binds their sources to the stores' current snapshots, reads through views,
// and keeps the handles that arbor_open gives.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/exec/query/query.h"
#include "engine/exec/query/trees_by_key.h"
#include "engine/plan/known_plans.h"
#include "ext/plans/arbor_columns.h"
#include "ext/session/arbor_name.h"
#include "ext/session/session.h"

namespace arbors::ext {

// A plan that was opened: its result, frozen, and the plan itself for arbor_refresh.
struct Handle {
  plan::NodePtr plan;  // other handles in it replaced by their own plans
  exec::TreeSourcePtr source;
  std::vector<expr::ExprPtr> keys;                  // of its index_by, or none
  std::map<std::string, exec::TreesByKey> indexes;  // by the key's text, kept for further look-ups
  std::optional<std::uint64_t> allowed;             // when its trees were allowed last
};

// What a caller learns of a plan's result, for the host's authorizer.
struct Asked {
  bool trees = true;        // the trees; else only how many there are, and where
  expr::ExprPtr condition;  // of those for which this is true
};

// A source's name as it is looked up: with its schema where it has one.
std::string full_name(const plan::Source& source);

class PlanSession {
 public:
  explicit PlanSession(Session& session) : session_(session) {}

  // Reads a plan or a SELECT, whose names are looked up in what is there now.
  plan::NodePtr parse(std::string_view text, std::span<const Value> parameters = {});
  // A function that binds sources to what is current when it is called.
  const exec::SourceBinder& binder() const { return binder_; }
  // The plan, optimized, that the host's authorizer allows.
  exec::Query query(std::string_view text, std::span<const Value> parameters = {},
                    const Asked& asked = {});
  // Starts a plan that may read files; no other use of a plan may.
  exec::RowStreamPtr execute_with_files(const exec::Query& query);
  // Throws where the host's authorizer keeps what a plan, views read through, reads.
  void allow(const plan::NodePtr& plan, const Asked& asked = {});

  // Each gives a handle's name, `@1` and so on. Throws Error as running the plan does.
  std::string open(std::string_view text, std::span<const Value> parameters);
  std::string refresh(std::string_view handle);
  void close(std::string_view handle);  // again: nothing
  const plan::NodePtr& plan_of(std::string_view handle) { return find(handle).plan; }

  // The first tree of a plan with index_by whose keys equal the first of `arguments`; behind them
  // stand the plan's parameters. A handle keeps the index that answers for a single key; anything
  // else is filtered.
  std::optional<std::string> lookup(std::string_view text, std::span<const Value> arguments);

  // What SELECTs see of the Arbors.
  ArborColumns& columns() { return columns_; }

  // The plans of connected arbor_view tables, so that plans may read a view by its name; each lies
  // where it is until it is forgotten.
  void remember_view(const ArborName& name, const plan::NodePtr& plan);
  void forget_view(const ArborName& name, const plan::NodePtr& plan);
  // Puts the plans of views in their place, so that the optimizer sees through them. Throws
  // Error{Invalid} where views read each other in a circle.
  plan::NodePtr with_views(const plan::NodePtr& plan) const;

 private:
  plan::NodePtr with_views(const plan::NodePtr& plan, unsigned depth, std::size_t& views) const;
  exec::BoundSource bind(const plan::Source& source);
  std::optional<std::uint64_t> trees_of(const plan::Source& source);
  exec::BoundSource bind_files(const plan::Source& source) const;
  std::string keep(const plan::NodePtr& plan);
  Handle& find(std::string_view name);
  exec::TreesByKey& index_of(Handle& handle, const expr::ExprPtr& key);
  plan::NodePtr without_handles(const plan::NodePtr& plan);

  Session& session_;
  bool files_allowed_ = false;
  plan::KnownPlans known_plans_;
  ArborColumns columns_;
  exec::SourceBinder binder_ = [this](const plan::Source& source) { return bind(source); };
  std::map<std::string, Handle, std::less<>> handles_;
  std::uint64_t last_handle_ = 0;
  std::map<std::pair<std::string, std::string>, const plan::NodePtr*>
      views_;  // by schema and table
};

}  // namespace arbors::ext
