#include "sql/state/held_snapshots.h"

#include <algorithm>

#include "sql/state/snapshot.h"

namespace arbors::store {

void Pins::add(const std::shared_ptr<Snapshot>& snapshot) {
  std::erase_if(snapshots_, [](const auto& pin) { return pin.expired(); });
  snapshots_.push_back(snapshot);
}

bool Pins::hold(std::uint32_t batch, std::uint64_t nonce, const Snapshot* except) const {
  return std::any_of(snapshots_.begin(), snapshots_.end(), [&](const auto& pin) {
    const auto snapshot = pin.lock();
    return snapshot != nullptr && snapshot.get() != except && snapshot->holds(batch, nonce);
  });
}

}  // namespace arbors::store
