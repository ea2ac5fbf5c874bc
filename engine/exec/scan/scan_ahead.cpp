#include "engine/exec/scan/scan_ahead.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

#include "engine/base/error.h"
#include "engine/base/workers.h"
#include "engine/exec/scan/parallel_scan.h"

namespace arbors::exec {
namespace {

// Segments read before workers are asked: a reader that stops soon has no use for them, and a
// top-k's threshold gets narrow meanwhile.
constexpr std::uint32_t kAlone = 2;

// While the caller waits for a worker, it asks whether to stop.
constexpr auto kBetweenLooks = std::chrono::milliseconds(10);

}  // namespace

// The workers, and the segments that they work on, in the scan's order.
class ScanAhead::Crew {
 public:
  Crew(Scan& scan, const std::vector<ReadPath>& paths, const Prepare& prepare, unsigned workers)
      : scan_(scan), paths_(paths), prepare_(prepare), most_(std::size_t{workers} * 2) {
    threads_.start(workers - 1, [this](unsigned) {
      while (work(true)) continue;
    });
  }
  ~Crew() { stop(); }

  bool next(ScannedRows& out, const expr::ExprPtr& bound) {
    while (true) {
      fetch(bound);
      if (jobs_.empty()) return false;
      finish_first();
      const std::unique_ptr<Job> first = std::move(jobs_.front());
      jobs_.pop_front();
      if (first->error) std::rethrow_exception(first->error);
      if (!first->survives) continue;
      out = std::move(first->block);
      return true;
    }
  }

 private:
  struct Job {
    enum class State { Waiting, Taken, Done } state = State::Waiting;
    ScannedRows block;
    expr::ExprPtr bound;
    bool survives = false;
    std::exception_ptr error;
  };

  // Keeps a few segments ahead of the reader. Only this thread fetches, so only it changes jobs_.
  void fetch(const expr::ExprPtr& bound) {
    while (!at_end_ && jobs_.size() < most_) {
      auto job = std::make_unique<Job>();
      job->bound = bound;
      try {
        at_end_ = !scan_.fetch(job->block, bound);
        if (at_end_) return;
        load_paths(paths_, *job->block.batch);
      } catch (const Error& error) {
        if (error.code() == ErrorCode::Interrupted) throw;
        fail(*job);
      } catch (...) {
        fail(*job);
      }
      {
        const std::lock_guard lock(mutex_);
        if (job->state == Job::State::Waiting) waiting_.push_back(job.get());
        jobs_.push_back(std::move(job));
      }
      changed_.notify_all();
    }
  }

  void fail(Job& job) {
    at_end_ = true;
    job.error = std::current_exception();
    job.state = Job::State::Done;
  }

  // Works along until the first segment is done.
  void finish_first() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        if (jobs_.front()->state == Job::State::Done) return;
        if (waiting_.empty()) {
          const auto done = [this] { return jobs_.front()->state == Job::State::Done; };
          if (changed_.wait_for(lock, kBetweenLooks, done)) return;
          lock.unlock();
          poll_interrupt();
          continue;
        }
      }
      work(false);
    }
  }

  // Does the first job that nobody has taken; false where there is none, and none will come.
  bool work(bool wait) {
    Job* job = nullptr;
    {
      std::unique_lock lock(mutex_);
      if (wait) changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      if (stopped_ || waiting_.empty()) return false;
      job = waiting_.front();
      waiting_.pop_front();
      job->state = Job::State::Taken;
    }
    try {
      job->survives = scan_.narrow(job->block, job->bound);
      if (job->survives && prepare_) prepare_(job->block);
    } catch (...) {
      job->error = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      job->state = Job::State::Done;
    }
    changed_.notify_all();
    return true;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    threads_.join();
  }

  Scan& scan_;
  const std::vector<ReadPath>& paths_;
  const Prepare& prepare_;
  std::size_t most_;  // jobs at a time
  bool at_end_ = false;
  std::deque<std::unique_ptr<Job>> jobs_;  // in the scan's order

  std::mutex mutex_;  // of what follows, and of every job's state
  std::condition_variable changed_;
  std::deque<Job*> waiting_;
  bool stopped_ = false;
  Workers threads_;
};

ScanAhead::ScanAhead(Scan& scan, std::vector<ReadPath> paths, const ExecutionContext& context,
                     Prepare prepare)
    : scan_(scan),
      paths_(std::move(paths)),
      prepare_(std::move(prepare)),
      workers_(parallel_scan_pays(scan.input(), context) ? context.budgets.threads : 1) {}

ScanAhead::~ScanAhead() = default;

bool ScanAhead::next(ScannedRows& out, const expr::ExprPtr& bound) {
  if (!crew_) {
    if (workers_ == 1 || alone_ < kAlone) {
      ++alone_;
      return scan_.next(out, bound);
    }
    crew_ = std::make_unique<Crew>(scan_, paths_, prepare_, workers_);
  }
  return crew_->next(out, bound);
}

}  // namespace arbors::exec
