// The columns of connected Arbors as SELECTs see them: made once for as long as they stay the same,
// since an Arbor has up to 1,900 of them.
#pragma once

#include <vector>

#include "engine/plan/select/catalog.h"
#include "ext/session/session.h"

namespace arbors::ext {

class ArborColumns {
 public:
  plan::select::Columns of(Session& session, const ArborName& name);

 private:
  struct Known {
    std::weak_ptr<store::Store> store;
    std::uint64_t version = 0;
    std::optional<std::uint64_t> since;  // SQLite's schema is as it was: nothing is declared anew
    plan::select::Columns columns;
  };
  std::vector<Known> known_;
};

}  // namespace arbors::ext
