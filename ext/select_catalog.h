// The tables of a connection as a SELECT that the engine runs sees them: Arbors, views of plans and
// handles, with the columns that SQL knows.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/plan/select/catalog.h"
#include "ext/session.h"

namespace arbors::ext {

class SelectCatalog : public plan::select::Catalog {
 public:
  explicit SelectCatalog(Session& session) : session_(session) {}

  plan::select::Table table(plan::Source& source) const override;
  void check_function(std::string_view name) const override;

 private:
  Session& session_;
  mutable std::optional<std::set<std::string>> own_functions_;  // asked for once
};

}  // namespace arbors::ext
