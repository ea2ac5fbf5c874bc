#include "ext/table/store_source.h"

namespace arbors::ext {
namespace {

// An index is left where it finds more than one row in so many, and so many besides.
constexpr std::uint64_t kIndexedPart = 16;
constexpr std::uint64_t kAlwaysIndexed = 256;

// A snapshot's rows in the order of an index, as long as the store's state is the snapshot's.
class StoredOrder : public exec::KeyOrder {
 public:
  StoredOrder(const std::shared_ptr<store::Store>& store, std::shared_ptr<store::Snapshot> snapshot,
              plan::IndexSearch search)
      : exec::KeyOrder(std::move(search)), store_(store), snapshot_(std::move(snapshot)) {}

  std::optional<exec::KeyRun> after(const Value* last, std::size_t wanted,
                                    std::size_t most) const override {
    const std::shared_ptr<store::Store> store = store_.lock();
    if (!store || store->snapshot() != snapshot_) return std::nullopt;
    auto run = store->walk_index(search(), last, wanted, most);
    // Another connection may write meanwhile where no transaction is open.
    if (store->snapshot() != snapshot_) return std::nullopt;
    return run;
  }

 private:
  std::weak_ptr<store::Store> store_;
  std::shared_ptr<store::Snapshot> snapshot_;
};

}  // namespace

std::optional<std::vector<std::int64_t>> find_rows(store::Store& store, const Path& path,
                                                   std::span<const store::KeyRange> ranges) {
  return store.find_by_index(path, ranges, store.trees() / kIndexedPart + kAlwaysIndexed);
}

exec::BoundSource bind_store(const std::shared_ptr<store::Store>& store,
                             const plan::Source& source) {
  if (source.when) return store->snapshot(store->generation_of(*source.when));
  std::shared_ptr<store::Snapshot> snapshot = store->snapshot();
  if (!source.search) return snapshot;
  if (source.search->order != plan::IndexSearch::Order::Any) {
    exec::KeyOrderPtr order = std::make_shared<StoredOrder>(store, snapshot, *source.search);
    return {std::move(snapshot), std::move(order)};
  }
  auto found = find_rows(*store, source.search->path, source.search->ranges);
  // Another connection may write between the two where no transaction is open: the search holds
  // for this snapshot only if it is still the newest.
  if (store->snapshot() != snapshot) return store->snapshot();
  return {std::move(snapshot), std::move(found)};
}

}  // namespace arbors::ext
