#include "ext/plans/arbor_columns.h"

#include <algorithm>

#include "ext/session/arbor_name.h"

namespace arbors::ext {
namespace {

using plan::select::Column;

// The Arbor itself says what was declared: SQLite knows it of a table alone that it has connected,
// which is not so while a statement holds what another connection has made anew.
std::vector<Column> columns_of(store::Store& store) {
  std::vector<Column> columns;
  auto declared = store.options().declared.begin();  // the first columns, in their order
  for (const store::Column& column : store.columns()) {
    Column known{column.name, column.path, Affinity::None, Collation::Binary, true};
    if (column.declared) {
      known.affinity = affinity_of_type(declared->type);
      known.collation = declared->collation;
      ++declared;
    }
    columns.push_back(std::move(known));
  }
  for (const store::Column& column : store.object_columns())
    columns.push_back(
        {column.name, column.path, Affinity::None, Collation::Binary, /*visible=*/false});
  return columns;
}

}  // namespace

plan::select::Columns ArborColumns::of(Session& session, const ArborName& name) {
  const StorePtr store = open_arbor(session, name);
  const std::uint64_t version = store->columns_version();
  const auto now = session.lookups().preparations();
  const auto known = std::find_if(known_.begin(), known_.end(), [&](const Known& one) {
    return one.store.lock() == store && one.version == version && one.since == now;
  });
  if (known != known_.end()) return known->columns;
  auto columns = std::make_shared<const std::vector<Column>>(columns_of(*store));
  std::erase_if(known_,
                [&](const Known& one) { return one.store.expired() || one.store.lock() == store; });
  known_.push_back({store, version, now, columns});
  return columns;
}

}  // namespace arbors::ext
