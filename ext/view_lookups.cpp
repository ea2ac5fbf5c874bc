#include "ext/view_lookups.h"

namespace arbors::ext {
namespace {

using State = std::vector<exec::TreeSourcePtr>;

// What a plan reads now; nullopt where that is not only Arbors and handles.
std::optional<State> state_read(PlanSession& plans, const plan::NodePtr& plan) {
  State state;
  for (const plan::Source& source : exec::sources(*plans.with_views(plan))) {
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
  auto state = state_read(plans, plan);
  if (!state) return std::make_shared<Lookup>();
  std::shared_ptr<Lookup>& known = by_words_[words];
  if (known == nullptr || known->state != *state) {
    known = std::make_shared<Lookup>();
    known->state = *std::move(state);
  }
  return known;
}

}  // namespace arbors::ext
