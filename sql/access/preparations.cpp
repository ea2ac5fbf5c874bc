#include "sql/access/preparations.h"

namespace arbors::store {

std::uint64_t Preparations::count() {
  if (!sentinel_.is_due()) return count_;
  ++count_;  // first: what denies everything denies the sentinel too
  Statement::Use use(sentinel_);
  use.step();
  return count_;
}

}  // namespace arbors::store
