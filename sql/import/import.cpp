#include "sql/import/import.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "engine/base/interrupt.h"
#include "engine/json/relaxed_input.h"
#include "sql/import/import_workers.h"
#include "sql/import/progress.h"
#include "sql/import/reject_table.h"
#include "sql/import/slice_stream.h"
#include "sql/import/source_member.h"

namespace arbors::store {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostListed = 20;     // rejected lines in the report
constexpr std::size_t kFewDocuments = 256;  // so many are appended as pending trees

std::uint64_t size_of(const std::vector<std::string>& files) {
  std::uint64_t bytes = 0;
  for (const std::string& file : files) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (!failed) bytes += size;
  }
  return bytes;
}

unsigned worker_count(const Store& store) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return store.connection()->threads != 0 ? store.connection()->threads : cores;
}

class Import {
 public:
  // `names` has the one that messages name where a text is imported.
  Import(Store& store, const std::vector<std::string>& names, const ImportOptions& options,
         std::uint64_t total)
      : store_(store),
        names_(names),
        options_(options),
        members_(source_members(options, names)),
        total_(total),
        rejects_(store.connection()->db, options.rejects),
        progress_(options.progress) {}

  void run(SliceStream& stream) {
    stream_ = &stream;
    if (options_.if_exists == IfExists::Replace) store_.clear();
    if (options_.limit != 0) read();
    report_.bytes = stream.bytes();
  }
  ImportReport& report() { return report_; }

 private:
  ImportWorkers::Options worker_options() const {
    using Builder = batch::BatchBuilder;
    ImportWorkers::Options options{
        options_.skips() ? Builder::OnError::Skip : Builder::OnError::Stop, leniency(), {}};
    if (!members_.empty())
      options.member = [this](std::uint32_t file) { return std::string_view(members_[file]); };
    return options;
  }
  batch::BatchBuilder::Leniency leniency() const {
    return {options_.nonfinite_null, !options_.rejects.empty()};
  }

  void read() {
    auto first = stream_->next();
    if (!first) return;
    auto second = stream_->next();
    const bool few = !second && first->documents().size() <= kFewDocuments;
    const ImportWorkers::Options options = worker_options();
    if (few && store_.trees() > 0) return append_few(*first, options);
    // Pending trees come before the new ones; folding them now lets the dictionary be shared.
    store_.fold_pending();
    batch::SharedPaths paths(store_.writable_paths());
    const unsigned threads = worker_count(store_);
    ImportWorkers workers(second ? threads : 1, paths, options);
    const std::size_t most_inside = threads + 2;
    for (auto slice = std::move(first); slice;) {
      while (workers.inside() >= most_inside || must_wait(workers, *slice)) {
        collect(workers, paths);
      }
      if (options_.limit && report_.trees >= *options_.limit) break;
      const std::uint64_t most =
          options_.limit ? *options_.limit - report_.trees - workers.documents() : UINT64_MAX;
      workers.push(std::move(*slice), most);
      slice = second ? std::move(second) : stream_->next();
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
    const ImportWorkers::Result result = workers.wait();
    poll_interrupt();
    for (const json::SplitFault& fault : result.rejected) reject(fault);
    if (result.batch.trees > 0) store_.append(result.batch, &paths);
    report_.trees += result.batch.trees;
    if (progress_.due()) progress_.show(state());
  }

  // Adds a few documents as pending trees: a batch of their own would be too small.
  void append_few(json::Slice& given, const ImportWorkers::Options& options) {
    json::Slice slice = options.member ? given.with_member(options.member) : std::move(given);
    batch::BatchBuilder checker;
    checker.set_leniency(options.leniency);
    std::vector<json::SplitFault> rejected;
    std::size_t at = 0;
    for (; at < slice.documents().size(); ++at) {
      if (options_.limit && report_.trees >= *options_.limit) break;
      auto fault = checker.add_slice(slice, options.on_error, at, 1);
      if (!fault.empty()) {
        rejected.push_back(std::move(fault.front()));
        if (!options_.skips()) break;
        continue;
      }
      insert(slice.document(slice.documents()[at]));
      ++report_.trees;
    }
    add_faults(slice, at, rejected);
    for (const json::SplitFault& fault : rejected) reject(fault);
    store_.note_pending_columns();
  }

  void insert(std::string_view document) {
    const std::string finite =
        options_.nonfinite_null ? json::without_nonfinite(document) : std::string();
    store_.insert(finite.empty() ? document : finite);
  }

  void reject(const json::SplitFault& fault) {
    const std::string& name = names_[fault.file];
    if (!options_.skips())
      throw_invalid(name + json::place_text(fault.line, fault.byte, fault.line_byte) + ": " +
                    fault.reason);
    ++report_.rejected;
    rejects_.add(name, without_member(fault));
    if (report_.first_rejected.size() < kMostListed)
      report_.first_rejected.push_back({name, fault});
  }

  // Gives a rejected document's text as it stands in the file.
  json::SplitFault without_member(json::SplitFault fault) const {
    if (members_.empty() || !fault.text.ends_with(members_[fault.file] + "}")) return fault;
    fault.text.resize(fault.text.size() - members_[fault.file].size() - 1);
    if (fault.text.ends_with(',')) fault.text.pop_back();
    fault.text += '}';
    return fault;
  }

  ImportState state() const {
    const std::size_t file = std::min(stream_->file(), names_.size() - 1);
    return {total_ > 0 ? names_[file] : "",
            file + 1,
            names_.size(),
            report_.trees,
            stream_->consumed(),
            total_,
            0};
  }

  Store& store_;
  const std::vector<std::string>& names_;
  const ImportOptions& options_;
  const std::vector<std::string> members_;
  const std::uint64_t total_;  // bytes of the files; 0 of a text
  SliceStream* stream_ = nullptr;
  RejectTable rejects_;
  Progress progress_;
  ImportReport report_;
};

StreamOptions stream_options(const Store& store, const ImportOptions& options) {
  StreamOptions stream = reading_options(options);
  stream.limits.slice_documents = store.options().batch_trees;
  stream.limits.slice_bytes = kBatchJsonBytes;
  return stream;
}

using OpenStream = std::function<std::unique_ptr<SliceStream>(const StreamOptions&)>;

// Imports as one change; once more where a file that began as one array turns out to hold more.
ImportReport import(Store& store, const std::vector<std::string>& names, std::uint64_t total,
                    const ImportOptions& options, const OpenStream& open) {
  const auto start = Clock::now();
  StreamOptions stream_with = stream_options(store, options);
  while (true) {
    WriteScope scope(store);
    std::unique_ptr<SliceStream> stream = open(stream_with);
    Import one(store, names, options, total);
    try {
      one.run(*stream);
    } catch (const json::FormatMistaken& mistaken) {
      stream_with.formats[stream->file()] = mistaken.format();
      continue;
    }
    scope.done();
    one.report().seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(one.report());
  }
}

}  // namespace

ImportReport import_files(Store& store, const std::vector<std::string>& files,
                          const ImportOptions& options) {
  ImportReport report =
      import(store, files, size_of(files), options, [&](const StreamOptions& stream) {
        return stream_files(files, stream, worker_count(store));
      });
  report.files = files.size();
  return report;
}

ImportReport import_text(Store& store, std::string_view text, const ImportOptions& options) {
  const std::vector<std::string> name{"json"};
  return import(store, name, 0, options,
                [&](const StreamOptions& stream) { return stream_text(text, stream); });
}

}  // namespace arbors::store
