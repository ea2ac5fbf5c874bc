// The snapshots of a connection that are still held, whatever store cut them: what they may read is
// not deleted by this connection. Batches are known by their nonces, which never repeat.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace arbors::store {

class Snapshot;

class Pins {
 public:
  void add(const std::shared_ptr<Snapshot>& snapshot);
  // Says whether a snapshot other than `except` may read the batch.
  bool hold(std::uint32_t batch, std::uint64_t nonce, const Snapshot* except) const;

 private:
  std::vector<std::weak_ptr<Snapshot>> snapshots_;
};

}  // namespace arbors::store
