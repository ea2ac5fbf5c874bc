// The workers of an import: each takes a slice, parses its documents, builds a batch and encodes
// it. Slices go in and batches come out in the same order; the caller bounds how many are inside.
// Where no thread can be had, the caller's does the work.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/base/workers.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/build/shared_paths.h"
#include "engine/json/input/slice.h"
#include "sql/batches/encoded_batch.h"

namespace arbors::store {

// Adds to what was rejected of a slice the faults between its documents, as far as `taken` of them
// were taken, and puts all in the text's order.
void add_faults(const json::Slice& slice, std::size_t taken,
                std::vector<batch::BatchBuilder::Rejected>& rejected);

class ImportWorkers {
 public:
  struct Result {
    EncodedBatch batch;
    std::vector<batch::BatchBuilder::Rejected> rejected;
    std::size_t documents = 0;  // of the slice
    // Where `keeps` says so: the slice, and the batch as it was before it was encoded (null where
    // it has no trees).
    json::Slice slice;
    std::shared_ptr<const batch::BuiltBatch> built;
  };

  struct Options {
    batch::BatchBuilder::OnError on_error = batch::BatchBuilder::OnError::Stop;
    batch::BatchBuilder::Leniency leniency;
    // What every tree gets besides, by the number of its file (Slice::with_member); may be empty.
    std::function<std::string_view(std::uint32_t)> member;
    bool keeps = false;
  };

  ImportWorkers(unsigned threads, batch::SharedPaths& paths, Options options);
  ~ImportWorkers();  // gives up what is under way

  // Takes a slice, of which at most `most` trees are wanted.
  void push(json::Slice slice, std::uint64_t most = UINT64_MAX);
  std::size_t inside() const { return inside_; }        // slices whose results were not taken
  std::size_t documents() const { return documents_; }  // in these slices

  // Waits for the oldest slice's result; asks meanwhile whether to stop. Rethrows what its worker
  // threw.
  Result wait();

 private:
  struct Job {
    json::Slice slice;
    std::uint64_t most;
    std::size_t documents;
    bool done = false;
    Result result;
    std::exception_ptr failure;
  };
  void work();
  void do_first_waiting(std::unique_lock<std::mutex>& lock,
                        std::optional<batch::BatchBuilder>& builder);
  void close();  // ends the threads
  void run(batch::BatchBuilder& builder, Job& job);

  batch::SharedPaths& paths_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable job_came_, job_done_;
  std::deque<std::shared_ptr<Job>> waiting_;  // not begun
  std::deque<std::shared_ptr<Job>> order_;    // all inside, oldest first
  bool closing_ = false;
  std::size_t inside_ = 0, documents_ = 0;
  std::optional<batch::BatchBuilder> own_builder_;  // of the caller's thread
  Workers threads_;
};

}  // namespace arbors::store
