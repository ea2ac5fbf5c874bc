#include "engine/exec/scan/parallel_scan.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

#include "engine/base/workers.h"
#include "engine/exec/scan/flattened_batch.h"
#include "engine/exec/scan/tree_shape.h"

namespace arbors::exec {
namespace {

using batch::Nested;

// Blocks fetched and not yet worked on. Closed when there are no more, or when somebody failed.
class Queue {
 public:
  explicit Queue(std::size_t most) : most_(most) {}

  bool full() {
    const std::lock_guard lock(mutex_);
    return blocks_.size() >= most_;
  }
  void push(ScannedRows block) {
    {
      const std::lock_guard lock(mutex_);
      blocks_.push_back(std::move(block));
    }
    ready_.notify_one();
  }
  bool pop(ScannedRows& block, bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) ready_.wait(lock, [this] { return closed_ || !blocks_.empty(); });
    if (blocks_.empty() || error_) return false;
    block = std::move(blocks_.front());
    blocks_.pop_front();
    return true;
  }
  void close(std::exception_ptr error = nullptr) {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      if (error && !error_) error_ = std::move(error);
    }
    ready_.notify_all();
  }
  // A worker has no more to do.
  void leave() {
    {
      const std::lock_guard lock(mutex_);
      ++left_;
    }
    all_left_.notify_one();
  }
  // Waits until so many workers have left; asks meanwhile whether to stop.
  void wait_for(unsigned workers) {
    constexpr auto kBetweenQuestions = std::chrono::milliseconds(10);
    std::unique_lock lock(mutex_);
    while (!all_left_.wait_for(lock, kBetweenQuestions, [&] { return left_ == workers; })) {
      lock.unlock();
      poll_interrupt();
      lock.lock();
    }
  }
  bool failed() {
    const std::lock_guard lock(mutex_);
    return error_ != nullptr;
  }
  std::exception_ptr error() const { return error_; }

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable ready_, all_left_;
  std::deque<ScannedRows> blocks_;
  bool closed_ = false;
  unsigned left_ = 0;
  std::exception_ptr error_;
};

// Where the paths of a mount lie: below a path of the batch, or elsewhere.
struct MountedAt {
  Path prefix;
  bool elsewhere = false;
  ReferencedTreesPtr far = nullptr;
};

// Notes what an expression reads of the batch; prepares what it reads of far trees.
void add_paths(const RowExpr& expr, const std::vector<MountedAt>& mounts,
               std::vector<ReadPath>& paths) {
  const auto add = [&](std::uint32_t mount, const Path& path, Nested nested = Nested::Text) {
    const MountedAt at = mount < mounts.size() ? mounts[mount] : MountedAt();
    if (at.far) at.far->prepare(path);
    if (at.elsewhere) return;
    Path whole = at.prefix;
    whole.steps.insert(whole.steps.end(), path.steps.begin(), path.steps.end());
    paths.push_back({std::move(whole), nested});
  };
  if (expr.mixed() || (expr.mount() < mounts.size() && mounts[expr.mount()].elsewhere)) {
    for (const RowExpr::Leaf& leaf : expr.leaves()) add(leaf.mount, leaf.path);
  } else {
    for (const ReadPath& read : read_paths(*expr.expr())) add(expr.mount(), read.path, read.nested);
  }
}

MountedAt elements_of(const ExplodeStep& explode, const std::vector<MountedAt>& mounts) {
  MountedAt elements = mounts.at(explode.list.mount());
  elements.elsewhere = elements.elsewhere || elements.far;
  elements.far = nullptr;
  const Path& list = explode.list.leaves().front().path;
  elements.prefix.steps.insert(elements.prefix.steps.end(), list.steps.begin(), list.steps.end());
  elements.prefix.steps.push_back({PathStep::Kind::Every, {}, 0});
  return elements;
}

}  // namespace

std::vector<ReadPath> paths_read(const ScanInput& input,
                                 std::span<const RowExpr* const> expressions) {
  std::vector<ReadPath> paths;
  std::vector<MountedAt> mounts(1);
  std::size_t flattened = SIZE_MAX;  // paths from here on are those of flattened trees
  if (input.predicate) add_paths(RowExpr(input.predicate), mounts, paths);
  for (const ScanStep& step : input.steps) {
    if (const auto* filter = std::get_if<FilterStep>(&step)) {
      add_paths(filter->predicate, mounts, paths);
    } else if (const auto* explode = std::get_if<ExplodeStep>(&step)) {
      add_paths(explode->list, mounts, paths);  // its lengths, whether elements are read or not
      mounts.push_back(elements_of(*explode, mounts));
      if (explode->keys) mounts.push_back({Path(), true, nullptr});
    } else if (const auto* changing = std::get_if<ChangeStep>(&step)) {
      const BlockChange& change = *changing->change;
      MountedAt added{Path(), true, change.referenced_trees()};
      std::vector<MountedAt> seen = mounts;
      seen.push_back(added);
      for (const RowExpr* read : change.expressions()) add_paths(*read, seen, paths);
      if (change.mounts()) mounts.push_back(std::move(added));
    } else if (std::holds_alternative<FlattenStep>(step)) {
      flattened = std::min(flattened, paths.size());
    } else {
      // Builds trees of any of the batch's columns; what comes after reads those, and far trees.
      const TreeShape& shape = *std::get<ReshapeStep>(step).shape;
      if (!shape.is_flat() && !mounts.front().elsewhere) paths.push_back({});
      for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape.value(i)) add_paths(*shape.value(i), mounts, paths);
      mounts.assign(1, {Path(), true, nullptr});
    }
  }
  for (const RowExpr* expr : expressions) add_paths(*expr, mounts, paths);
  for (std::size_t i = flattened; i < paths.size(); ++i) paths[i] = {unflattened(paths[i].path)};
  return paths;
}

bool parallel_scan_pays(const ScanInput& input, const ExecutionContext& context) {
  const Budgets& budgets = context.budgets;
  std::uint64_t trees = input.source->trees();
  for (const auto* named : {&input.restriction.rowid_set, &input.restriction.position_set})
    if (*named) trees = std::min<std::uint64_t>(trees, (*named)->size());
  return budgets.threads > 1 && input.source->readers_apart() && trees >= budgets.parallel_trees;
}

void parallel_scan(Scan& scan, std::span<const ReadPath> paths, unsigned workers,
                   const std::function<void(unsigned worker, ScannedRows& block)>& use) {
  Queue queue(std::size_t{workers} * 2);
  const auto work = [&](unsigned worker, bool wait) {
    ScannedRows block;
    if (!queue.pop(block, wait)) return false;
    if (scan.narrow(block)) use(worker, block);
    return true;
  };
  Workers threads;
  try {
    threads.start(workers - 1, [&](unsigned worker) {
      try {
        while (work(worker, true)) continue;
      } catch (...) {
        queue.close(std::current_exception());
      }
      queue.leave();
    });
    for (ScannedRows block; !queue.failed() && scan.fetch(block); block = {}) {
      load_paths(paths, *block.batch);
      queue.push(std::move(block));
      if (queue.full()) work(0, false);
    }
    queue.close();
    while (work(0, false)) continue;
    queue.wait_for(threads.count());
  } catch (...) {
    queue.close(std::current_exception());
  }
  threads.join();
  if (queue.error()) std::rethrow_exception(queue.error());
}

}  // namespace arbors::exec
