// Threads that work for one caller: as many as the system gives, none where memory is short. They
// poll the caller's interrupt. Joined when this ends, so whoever waits for them must have told them
// to stop.
#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace arbors {

class Workers {
 public:
  Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() { join(); }

  // Starts up to `most` threads; each runs work(its number, from 1 on), which lets no exception
  // out.
  void start(unsigned most, const std::function<void(unsigned)>& work);
  // How many of them work; fewer than were asked for where there is not memory enough.
  unsigned count() const { return static_cast<unsigned>(threads_.size()); }
  void join();

 private:
  std::vector<std::thread> threads_;
};

// Readies the calling thread for exceptions: what the language keeps for them in each thread is
// allocated when it is first used, and the process would end where that fails. Throws
// std::bad_alloc where there is no memory for it.
void ready_for_exceptions();

}  // namespace arbors
