#include "ext/table/repeated_lookups.h"

namespace arbors::ext {

std::shared_ptr<RepeatedLookups> RepeatedLookups::shared(std::weak_ptr<RepeatedLookups>& by_table) {
  std::shared_ptr<RepeatedLookups> lookups = by_table.lock();
  if (lookups) return lookups;
  lookups = std::make_shared<RepeatedLookups>();
  by_table = lookups;
  return lookups;
}

}  // namespace arbors::ext
