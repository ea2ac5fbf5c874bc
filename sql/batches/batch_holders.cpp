#include "sql/batches/batch_holders.h"

#include <algorithm>

namespace arbors::store {

void Pins::add(const std::shared_ptr<const BatchHolder>& holder) {
  std::erase_if(holders_, [](const auto& pin) { return pin.expired(); });
  holders_.push_back(holder);
}

bool Pins::hold(std::uint32_t batch, std::uint64_t nonce, const BatchHolder* except) const {
  return std::any_of(holders_.begin(), holders_.end(), [&](const auto& pin) {
    const auto holder = pin.lock();
    return holder != nullptr && holder.get() != except && holder->holds(batch, nonce);
  });
}

}  // namespace arbors::store
