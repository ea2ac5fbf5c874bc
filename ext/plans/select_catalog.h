// The tables of a connection as a SELECT that the engine runs sees them: Arbors, views of plans and
// handles, with the columns that SQL knows.
#pragma once

#include "engine/plan/select/catalog.h"
#include "ext/session/session.h"

namespace arbors::ext {

class SelectCatalog : public plan::select::Catalog {
 public:
  explicit SelectCatalog(Session& session) : session_(session) {}

  plan::select::Table table(plan::Source& source) const override;
  const plan::select::CalledFunction* own_call(
      std::span<const plan::select::CalledFunction> calls) const override;
  bool host_runs(std::string_view statement) const override;
  bool reads_by_parts(std::string_view statement) const override;
  bool merges_sets() const override;
  bool is_own(Collation collation) const override;

 private:
  Session& session_;
};

}  // namespace arbors::ext
