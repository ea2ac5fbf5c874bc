#include "ext/bound_store.h"

namespace arbors::ext {
namespace {

// An index is left where it finds more than one row in so many, and so many besides.
constexpr std::uint64_t kIndexedPart = 16;
constexpr std::uint64_t kAlwaysIndexed = 256;

}  // namespace

std::optional<std::vector<std::int64_t>> find_rows(store::Store& store, const Path& path,
                                                   std::span<const store::KeyRange> ranges) {
  return store.find_by_index(path, ranges, store.trees() / kIndexedPart + kAlwaysIndexed);
}

exec::BoundSource bind_store(store::Store& store, const plan::Source& source) {
  if (source.generation) return store.snapshot(*source.generation);
  std::shared_ptr<store::Snapshot> snapshot = store.snapshot();
  if (!source.search) return snapshot;
  auto found = find_rows(store, source.search->path, source.search->ranges);
  // Another connection may write between the two where no transaction is open: the search holds
  // for this snapshot only if it is still the newest.
  if (store.snapshot() != snapshot) return store.snapshot();
  return {std::move(snapshot), std::move(found)};
}

}  // namespace arbors::ext
