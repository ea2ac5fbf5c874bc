// The snapshots of a connection that are still held, whatever store cut them: what they may read is
// not deleted by this connection. Batches are known by their nonces, which never repeat.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace arbors::store {

class BatchHolder {
 public:
  virtual bool holds(std::uint32_t batch, std::uint64_t nonce) const = 0;  // may read it

 protected:
  ~BatchHolder() = default;
};

class Pins {
 public:
  void add(const std::shared_ptr<const BatchHolder>& holder);
  // Says whether another than `except` may read the batch.
  bool hold(std::uint32_t batch, std::uint64_t nonce, const BatchHolder* except) const;

 private:
  std::vector<std::weak_ptr<const BatchHolder>> holders_;
};

}  // namespace arbors::store
