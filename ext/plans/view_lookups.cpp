#include "ext/plans/view_lookups.h"

namespace arbors::ext {
namespace {

using State = std::vector<exec::TreeSourcePtr>;

// Runs of a plan that cost about what a table of its rows does: many where a run only filters what
// lies in columns, few where it gathers, joins or sorts.
constexpr std::uint32_t kManyRuns = 512, kFewRuns = 3;

bool only_filters(const plan::Node& plan) {
  if (std::holds_alternative<plan::Source>(plan.op)) return true;
  const bool keeps_columns = std::holds_alternative<plan::Filter>(plan.op) ||
                             std::holds_alternative<plan::Project>(plan.op) ||
                             std::holds_alternative<plan::AddField>(plan.op) ||
                             std::holds_alternative<plan::Drop>(plan.op);
  return keeps_columns && only_filters(*plan.inputs.front());
}

// What a plan reads now; nullopt where that is not only Arbors and handles.
std::optional<State> state_read(PlanSession& plans, const plan::Node& plan) {
  State state;
  for (const plan::Source& source : exec::sources(plan)) {
    const bool is_arbor = source.kind == plan::Source::Kind::Name;
    if (!is_arbor && source.kind != plan::Source::Kind::Handle) return std::nullopt;
    state.push_back(plans.binder()(source).trees);
  }
  return state;
}

}  // namespace

std::shared_ptr<ViewLookups> ViewLookups::shared(std::weak_ptr<ViewLookups>& by_view) {
  std::shared_ptr<ViewLookups> lookups = by_view.lock();
  if (!lookups) by_view = lookups = std::make_shared<ViewLookups>();
  return lookups;
}

std::shared_ptr<ViewLookups::Lookup> ViewLookups::of(const std::string& words, PlanSession& plans,
                                                     const plan::NodePtr& plan) {
  const plan::NodePtr seen_through = plans.with_views(plan);
  const auto made = std::make_shared<Lookup>();
  made->enough = only_filters(*seen_through) ? kManyRuns : kFewRuns;
  auto state = state_read(plans, *seen_through);
  if (!state) return made;
  std::shared_ptr<Lookup>& known = by_words_[words];
  if (known != nullptr && known->state == *state) return known;
  made->state = *std::move(state);
  return known = made;
}

}  // namespace arbors::ext
