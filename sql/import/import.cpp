#include "sql/import/import.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "engine/json/input.h"
#include "sql/import/import_workers.h"

namespace arbors::store {

namespace {

using Clock = std::chrono::steady_clock;
using Rejected = batch::BatchBuilder::Rejected;

constexpr std::size_t kMostListed = 20;             // rejected lines in the report
constexpr std::size_t kFewDocuments = 256;          // so many are appended as pending trees
constexpr auto kSilence = std::chrono::seconds(2);  // before the progress line shows

// A line on stderr that overwrites itself.
class Progress {
 public:
  explicit Progress(const std::optional<bool>& wanted)
      : shown_(wanted.value_or(isatty(STDERR_FILENO) != 0)), start_(Clock::now()), last_(start_) {}
  ~Progress() {
    if (drawn_) std::fprintf(stderr, "\r\033[K");
  }
  void show(std::uint64_t trees, std::uint64_t bytes) {
    const auto now = Clock::now();
    if (!shown_ || now - start_ < kSilence || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    drawn_ = true;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r\033[K%llu trees, %.1f MB, %.0f MB/s",
                 static_cast<unsigned long long>(trees), static_cast<double>(bytes) / 1e6,
                 static_cast<double>(bytes) / 1e6 / seconds);
    std::fflush(stderr);
  }

 private:
  bool shown_, drawn_ = false;
  Clock::time_point start_, last_;
};

class Import {
 public:
  Import(Store& store, json::Input& input, const ImportOptions& options, bool names_lines)
      : store_(store),
        name_(input.name()),
        options_(options),
        splitter_(input, options.format, limits(store), promise(options, names_lines)),
        progress_(options.progress) {}

  ImportReport run() {
    const auto start = Clock::now();
    WriteScope scope(store_);
    if (options_.limit != 0) read();
    if (const auto& end = splitter_.unfinished())
      reject({end->line, end->byte, "the array does not end"});
    scope.done();
    report_.bytes = splitter_.bytes();
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
  }

 private:
  static json::Promise promise(const ImportOptions& options, bool names_lines) {
    if (names_lines) return json::Promise::Lines;
    return options.on_error == OnError::Skip ? json::Promise::Skip : json::Promise::None;
  }

  static json::SplitLimits limits(Store& store) {
    json::SplitLimits limits;
    limits.slice_documents = store.options().batch_trees;
    limits.slice_bytes = kBatchJsonBytes;
    return limits;
  }

  batch::BatchBuilder::OnError on_error() const {
    return options_.on_error == OnError::Skip ? batch::BatchBuilder::OnError::Skip
                                              : batch::BatchBuilder::OnError::Stop;
  }

  void read() {
    auto first = splitter_.next();
    if (!first) return;
    auto second = splitter_.next();
    const bool few = !second && first->documents().size() <= kFewDocuments;
    if (few && store_.trees() > 0) return append_few(*first);
    // Pending trees come before the new ones; folding them now lets the dictionary be shared.
    store_.fold_pending();
    batch::SharedPaths paths(store_.writable_paths());
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned threads =
        store_.connection()->threads != 0 ? store_.connection()->threads : cores;
    ImportWorkers workers(second ? threads : 1, paths, on_error());
    const std::size_t most_inside = threads + 2;
    for (auto slice = std::move(first); slice;) {
      while (workers.inside() >= most_inside || must_wait(workers, *slice)) {
        collect(workers, paths);
      }
      if (options_.limit && report_.trees >= *options_.limit) break;
      const std::uint64_t most =
          options_.limit ? *options_.limit - report_.trees - workers.documents() : UINT64_MAX;
      workers.push(std::move(*slice), most);
      slice = second ? std::move(second) : splitter_.next();
      second.reset();
    }
    while (workers.inside() > 0) collect(workers, paths);
  }

  // Says whether the limit may fall into this slice: then what is before it must be counted first.
  bool must_wait(const ImportWorkers& workers, const json::Slice& slice) const {
    return options_.limit && workers.inside() > 0 &&
           *options_.limit - report_.trees < workers.documents() + slice.documents().size();
  }

  void collect(ImportWorkers& workers, const batch::SharedPaths& paths) {
    ImportWorkers::Result result;
    while (!workers.wait(result)) check_interrupt();
    check_interrupt();
    for (const Rejected& line : result.rejected) reject(line);
    if (result.batch.trees > 0) store_.append(result.batch, &paths);
    report_.trees += result.batch.trees;
    progress_.show(report_.trees, splitter_.bytes());
  }

  // Adds a few documents as pending trees: a batch of their own would be too small.
  void append_few(json::Slice& slice) {
    batch::BatchBuilder checker;
    for (std::size_t at = 0; at < slice.documents().size(); ++at) {
      if (options_.limit && report_.trees >= *options_.limit) break;
      const auto rejected = checker.add_slice(slice, on_error(), at, 1);
      if (!rejected.empty()) {
        reject(rejected.front());
        continue;
      }
      store_.insert(slice.document(slice.documents()[at]));
      ++report_.trees;
    }
    store_.note_pending_columns();
  }

  void reject(const Rejected& line) {
    if (options_.on_error == OnError::Abort) {
      throw_invalid(name_ + ", line " + std::to_string(line.line) + ", byte " +
                    std::to_string(line.byte) + ": " + line.reason);
    }
    ++report_.rejected;
    if (report_.first_rejected.size() < kMostListed) {
      report_.first_rejected.push_back({line.line, line.byte, line.reason});
    }
  }

  void check_interrupt() const {
    if (options_.interrupted && options_.interrupted()) {
      throw Error(ErrorCode::Interrupted, "interrupted");
    }
  }

  Store& store_;
  std::string name_;
  const ImportOptions& options_;
  json::DocumentSplitter splitter_;
  Progress progress_;
  ImportReport report_;
};

}  // namespace

ImportReport import_file(Store& store, const std::string& file, const ImportOptions& options) {
  const auto input = json::open_file(file, options.interrupted);
  return Import(store, *input, options, json::names_lines(file)).run();
}

ImportReport import_text(Store& store, std::string_view text, const ImportOptions& options) {
  const auto input = json::open_memory(text, options.interrupted);
  return Import(store, *input, options, false).run();
}

}  // namespace arbors::store
