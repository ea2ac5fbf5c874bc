#include "ext/functions/call_scope.h"

#include "ext/host/sql_value.h"

namespace arbors::ext {

CallScope::CallScope(Session& session, Access access, std::span<sqlite3_value*> arguments) {
  if (access == Access::None) return;
  if (access == Access::Reads) {
    read_.emplace(session.db());
    names_.emplace(session);
    return;
  }
  using Drops = store::Savepoint::Drops;
  change_.emplace(session.db(), "arbors_change",
                  access == Access::Drops ? Drops::Tables : Drops::Nothing);
  if (access != Access::WritesSeveral)
    lock_for_writing(session, text_argument(arguments[0], "an Arbor's name"));
}

void CallScope::done() {
  if (change_) change_->keep();
}

}  // namespace arbors::ext
