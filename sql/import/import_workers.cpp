#include "sql/import/import_workers.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>

#include "engine/base/error.h"

namespace arbors::store {

ImportWorkers::ImportWorkers(unsigned threads, batch::SharedPaths& paths, Options options)
    : paths_(paths), options_(std::move(options)) {
  try {
    for (unsigned k = 0; k < threads; ++k) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // Those that have begun do.
    if (threads_.empty()) throw Error(ErrorCode::NoMemory, "no thread can be started");
  } catch (...) {
    close();
    throw;
  }
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
  for (std::thread& thread : threads_) thread.join();
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

bool ImportWorkers::wait(Result& result) {
  std::shared_ptr<Job> job;
  {
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return order_.front()->done; };
    if (!job_done_.wait_for(lock, std::chrono::milliseconds(100), ready)) return false;
    job = std::move(order_.front());
    order_.pop_front();
  }
  --inside_;
  documents_ -= job->documents;
  if (job->failure) std::rethrow_exception(job->failure);
  result = std::move(job->result);
  return true;
}

void ImportWorkers::work() {
  std::optional<batch::BatchBuilder> builder;
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      job_came_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      if (closing_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      if (!builder) builder.emplace().set_leniency(options_.leniency);
      run(*builder, *job);
    } catch (...) {
      job->failure = std::current_exception();
      builder.reset();
    }
    job->slice = json::Slice();  // its memory is wanted for the next
    const std::lock_guard lock(mutex_);
    job->done = true;
    job_done_.notify_one();
  }
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
  result.batch = encode_batch(builder.finish(paths_, job.slice.number()));
}

}  // namespace arbors::store
