#include "ext/plans/plan_session.h"

#include <algorithm>

#include "engine/exec/query/source_statistics.h"
#include "engine/exec/query/unknown_paths.h"
#include "ext/plans/select_catalog.h"
#include "ext/plans/table_source.h"
#include "ext/session/file_access.h"
#include "ext/table/authorization.h"
#include "ext/table/store_source.h"
#include "sql/import/file_feed.h"
#include "sql/import/file_names.h"

namespace arbors::ext {
namespace {

// Names a handle with its `@`, whether it was written with or without.
std::string handle_name(std::string_view name) {
  return name.starts_with('@') ? std::string(name) : '@' + std::string(name);
}

constexpr unsigned kMostViews = 32;  // views that read views
// Views that read another twice, as deep as they may, would do so four thousand million times.
constexpr std::size_t kMostReadings = 5000;

bool reads_stored_arbor(const plan::Node& plan) {
  const auto* source = std::get_if<plan::Source>(&plan.op);
  if (source != nullptr &&
      (source->kind == plan::Source::Kind::Name || source->kind == plan::Source::Kind::Table))
    return true;
  return std::any_of(plan.inputs.begin(), plan.inputs.end(),
                     [](const plan::NodePtr& input) { return reads_stored_arbor(*input); });
}

// The number of keys of a plan's last index_by, whatever stages follow it; 0 where there is none.
template <typename KeysOfHandle>
std::size_t key_count(const plan::Node& plan, const KeysOfHandle& of_handle) {
  if (const auto* index = std::get_if<plan::IndexBy>(&plan.op)) return index->keys.size();
  const auto* source = std::get_if<plan::Source>(&plan.op);
  if (source != nullptr && source->kind == plan::Source::Kind::Handle)
    return of_handle(*source).size();
  return plan.inputs.empty() ? 0 : key_count(*plan.inputs.front(), of_handle);
}

}  // namespace

std::string full_name(const plan::Source& source) {
  return source.schema.empty() ? source.name : source.schema + '.' + source.name;
}

exec::RowStreamPtr PlanSession::execute_with_files(const exec::Query& query) {
  struct Allowed {
    explicit Allowed(bool& flag) : files(flag) { files = true; }
    ~Allowed() { files = false; }
    bool& files;
  };
  // Sources are bound before the stream is given, and none afterwards.
  const Allowed while_bound(files_allowed_);
  return exec::execute(query.plan, query.bind, query.context);
}

exec::BoundSource PlanSession::bind_files(const plan::Source& source) const {
  if (!files_allowed_)
    throw_invalid("file() is a source in arbor_file_rows, arbor_save and arbor_export alone");
  require_files(session_, "file()");
  store::ImportOptions options;
  if (!source.options.empty()) options = store::parse_import_options(source.options);
  options.max_window_bytes = session_.connection()->max_window_bytes;
  return exec::BoundSource(store::feed_files(store::find_files(source.name), options,
                                             session_.execution().budgets.threads));
}

exec::BoundSource PlanSession::bind(const plan::Source& source) {
  if (source.kind == plan::Source::Kind::File) return bind_files(source);
  if (source.kind == plan::Source::Kind::Handle) return find(source.name).source;
  if (source.kind == plan::Source::Kind::Table) return bind_table(session_, source);
  return bind_store(open_arbor(session_, full_name(source)), source);
}

// Of the newest generation, whose segments need not be read for it.
std::optional<std::uint64_t> PlanSession::trees_of(const plan::Source& source) {
  const bool plain = source.kind == plan::Source::Kind::Name && !source.when && !source.search;
  if (!plain || !source.rows.none()) return std::nullopt;
  return open_arbor(session_, full_name(source))->trees();
}

plan::NodePtr PlanSession::parse(std::string_view text, std::span<const Value> parameters) {
  return known_plans_.parse(text, parameters, SelectCatalog(session_));
}

exec::Query PlanSession::query(std::string_view text, std::span<const Value> parameters,
                               const Asked& asked) {
  const plan::NodePtr plan = with_views(parse(text, parameters));
  allow(plan, asked);
  return {exec::optimized(plan, binder_), binder_, session_.execution(),
          [this](const plan::Source& source) { return trees_of(source); }};
}

void PlanSession::allow(const plan::NodePtr& plan, const Asked& asked) {
  const auto* source = std::get_if<plan::Source>(&plan->op);
  if (source != nullptr && source->kind == plan::Source::Kind::Handle && asked.trees) {
    Handle& handle = find(source->name);
    const auto now = session_.lookups().preparations();
    if (now && now == handle.allowed) return;
    authorize(session_, *handle.plan);
    handle.allowed = now;
    return;
  }
  plan::NodePtr read = without_handles(plan);
  if (asked.condition) read = plan::make(plan::Filter{asked.condition}, {read});
  if (!asked.trees) read = plan::make(plan::Aggregate{}, {read});
  authorize(session_, *read);
  exec::refuse_unknown_paths(*read, binder_, session_.execution());
}

void PlanSession::remember_view(const ArborName& name, const plan::NodePtr& plan) {
  views_[{lower_ascii(name.schema), lower_ascii(name.table)}] = &plan;
}

// A table that is connected again may come before its predecessor goes.
void PlanSession::forget_view(const ArborName& name, const plan::NodePtr& plan) {
  const auto known = views_.find({lower_ascii(name.schema), lower_ascii(name.table)});
  if (known != views_.end() && known->second == &plan) views_.erase(known);
}

plan::NodePtr PlanSession::with_views(const plan::NodePtr& plan) const {
  std::size_t views = 0;
  return with_views(plan, 0, views);
}

plan::NodePtr PlanSession::with_views(const plan::NodePtr& plan, unsigned depth,
                                      std::size_t& views) const {
  if (const auto* source = std::get_if<plan::Source>(&plan->op)) {
    if (source->kind != plan::Source::Kind::Name) return plan;
    const std::optional<ArborName> view = find_view(session_, full_name(*source));
    if (!view) return plan;
    const auto known = views_.find({lower_ascii(view->schema), lower_ascii(view->table)});
    if (known == views_.end()) return plan;
    if (source->when)
      throw_invalid(source->name + " is a view: name a generation of what it reads");
    if (depth == kMostViews)
      throw_invalid("views are nested too deeply at " + source->name + ", or read each other");
    if (++views > kMostReadings)
      throw Error(ErrorCode::Limit, "the plan reads views more than " +
                                        std::to_string(kMostReadings) +
                                        " times, those that views read included: save what " +
                                        source->name + " gives by arbor_save, and read that");
    const plan::NodePtr read = *known->second;  // connecting what it reads may disconnect the view
    return with_views(read, depth + 1, views);
  }
  std::vector<plan::NodePtr> inputs;
  for (const plan::NodePtr& input : plan->inputs) inputs.push_back(with_views(input, depth, views));
  return inputs == plan->inputs ? plan : plan::make(plan->op, std::move(inputs));
}

Handle& PlanSession::find(std::string_view name) {
  const auto found = handles_.find(handle_name(name));
  if (found == handles_.end())
    throw Error(ErrorCode::NotFound, "no such handle: " + handle_name(name) +
                                         " (it was closed, or opened on another connection)");
  return found->second;
}

exec::TreesByKey& PlanSession::index_of(Handle& handle, const expr::ExprPtr& key) {
  const std::string text = expr::to_text(*key);
  const auto known = handle.indexes.find(text);
  if (known != handle.indexes.end()) return known->second;
  return handle.indexes.try_emplace(text, handle.source, key, session_.execution()).first->second;
}

std::optional<std::string> PlanSession::lookup(std::string_view text,
                                               std::span<const Value> arguments) {
  const auto parsed = [&](std::size_t keys) {
    return with_views(parse(text, arguments.subspan(std::min(keys, arguments.size()))));
  };
  const auto of_handle = [this](const plan::Source& source) { return find(source.name).keys; };
  plan::NodePtr plan = parsed(1);
  if (const std::size_t keys = key_count(*plan, of_handle); keys > 1) plan = parsed(keys);
  const std::vector<expr::ExprPtr> by = exec::index_keys(*plan, of_handle);
  allow(plan);
  const bool keyed_here = std::holds_alternative<plan::IndexBy>(plan->op);
  const plan::Node& below = keyed_here ? *plan->inputs.front() : *plan;
  const auto* source = std::get_if<plan::Source>(&below.op);
  if (by.size() == 1 && source != nullptr && source->kind == plan::Source::Kind::Handle)
    return index_of(find(source->name), by.front()).find(arguments.front());
  const plan::NodePtr keyed = by.empty() ? plan : plan::make(plan::IndexBy{by}, {plan});
  return exec::lookup({exec::optimized(keyed, binder_), binder_, session_.execution()}, arguments);
}

// Puts the plans of handles in their place, so that a refresh begins at the stored Arbors.
plan::NodePtr PlanSession::without_handles(const plan::NodePtr& plan) {
  const auto* source = std::get_if<plan::Source>(&plan->op);
  if (source != nullptr)
    return source->kind == plan::Source::Kind::Handle ? find(source->name).plan : plan;
  std::vector<plan::NodePtr> inputs;
  for (const plan::NodePtr& input : plan->inputs) inputs.push_back(without_handles(input));
  return plan::make(plan->op, std::move(inputs));
}

std::string PlanSession::keep(const plan::NodePtr& plan) {
  const plan::NodePtr seen_through = with_views(plan);
  allow(seen_through);
  Handle handle;
  handle.plan = without_handles(seen_through);
  handle.source =
      exec::open({exec::optimized(seen_through, binder_), binder_, session_.execution()});
  handle.keys = exec::index_keys(*handle.plan);
  if (handle.keys.size() == 1) index_of(handle, handle.keys.front());
  const std::string name = '@' + std::to_string(++last_handle_);
  handles_.emplace(name, std::move(handle));
  return name;
}

std::string PlanSession::open(std::string_view text, std::span<const Value> parameters) {
  return keep(parse(text, parameters));
}

std::string PlanSession::refresh(std::string_view handle) {
  const plan::NodePtr plan = find(handle).plan;
  if (!reads_stored_arbor(*plan))
    throw_invalid("cannot refresh " + handle_name(handle) + ": its plan reads no stored Arbor");
  return keep(plan);
}

void PlanSession::close(std::string_view handle) { handles_.erase(handle_name(handle)); }

}  // namespace arbors::ext
