#include "sql/import/import_workers.h"

#include <algorithm>
#include <chrono>

#include "engine/base/interrupt.h"

namespace arbors::store {

ImportWorkers::ImportWorkers(unsigned threads, batch::SharedPaths& paths, Options options)
    : paths_(paths), options_(std::move(options)) {
  threads_.start(threads, [this](unsigned) { work(); });
}

ImportWorkers::~ImportWorkers() { close(); }

void ImportWorkers::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    waiting_.clear();
  }
  paths_.abort();
  job_came_.notify_all();
  threads_.join();
}

void ImportWorkers::push(json::Slice slice, std::uint64_t most) {
  auto job = std::make_shared<Job>();
  job->documents = slice.documents().size();
  job->slice = std::move(slice);
  job->most = most;
  ++inside_;
  documents_ += job->documents;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(job);
    order_.push_back(std::move(job));
  }
  job_came_.notify_one();
}

ImportWorkers::Result ImportWorkers::wait() {
  constexpr auto kBetweenQuestions = std::chrono::milliseconds(10);
  std::shared_ptr<Job> job;
  {
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return order_.front()->done; };
    while (!ready()) {
      if (threads_.count() == 0) {
        do_first_waiting(lock, own_builder_);
      } else if (!job_done_.wait_for(lock, kBetweenQuestions, ready)) {
        lock.unlock();
        poll_interrupt();
        lock.lock();
      }
    }
    job = std::move(order_.front());
    order_.pop_front();
  }
  --inside_;
  documents_ -= job->documents;
  if (job->failure) std::rethrow_exception(job->failure);
  return std::move(job->result);
}

void ImportWorkers::work() {
  std::optional<batch::BatchBuilder> builder;
  std::unique_lock lock(mutex_);
  while (true) {
    job_came_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    do_first_waiting(lock, builder);
  }
}

// Gives up the lock while it works.
void ImportWorkers::do_first_waiting(std::unique_lock<std::mutex>& lock,
                                     std::optional<batch::BatchBuilder>& builder) {
  const std::shared_ptr<Job> job = std::move(waiting_.front());
  waiting_.pop_front();
  lock.unlock();
  try {
    if (!builder) builder.emplace().set_leniency(options_.leniency);
    run(*builder, *job);
  } catch (...) {
    job->failure = std::current_exception();
    builder.reset();
  }
  if (options_.keeps) job->result.slice = std::move(job->slice);
  job->slice = json::Slice();  // its memory is wanted for the next
  lock.lock();
  job->done = true;
  job_done_.notify_one();
}

void add_faults(const json::Slice& slice, std::size_t taken,
                std::vector<batch::BatchBuilder::Rejected>& rejected) {
  for (const json::SplitFault& fault : slice.faults()) {
    if (taken < slice.documents().size()) {
      const json::DocumentSpan& next = slice.documents()[taken];
      if (fault.file > next.file || (fault.file == next.file && fault.byte > next.file_offset))
        continue;
    }
    rejected.push_back(fault);
  }
  std::stable_sort(rejected.begin(), rejected.end(), [](const auto& a, const auto& b) {
    return a.file != b.file ? a.file < b.file : a.byte < b.byte;
  });
}

void ImportWorkers::run(batch::BatchBuilder& builder, Job& job) {
  if (options_.member) job.slice = job.slice.with_member(options_.member);
  const std::size_t documents = job.slice.documents().size();
  const bool stops = options_.on_error == batch::BatchBuilder::OnError::Stop;
  Result& result = job.result;
  result.documents = job.documents;
  std::size_t next = 0;
  // Adds as many documents as are still wanted; rejected ones make room for others.
  while (next < documents && builder.trees() < job.most) {
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(documents - next, job.most - builder.trees()));
    auto rejected = builder.add_slice(job.slice, options_.on_error, next, wanted);
    next += wanted;
    for (auto& line : rejected) result.rejected.push_back(std::move(line));
    if (!result.rejected.empty() && stops) break;
  }
  add_faults(job.slice, next, result.rejected);
  if (builder.trees() == 0) return paths_.skip(job.slice.number());
  auto built = std::make_shared<batch::BuiltBatch>(builder.finish(paths_, job.slice.number()));
  result.batch = encode_batch(*built);
  if (options_.keeps) result.built = std::move(built);
}

}  // namespace arbors::store
