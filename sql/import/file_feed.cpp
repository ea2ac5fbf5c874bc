#include "sql/import/file_feed.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/exec/source/memory_source.h"
#include "sql/import/slice_stream.h"
#include "sql/import/source_member.h"

namespace arbors::store {
namespace {

// Less than a batch of an Arbor: whoever wants the first trees waits for few.
constexpr std::size_t kDocuments = 4096;
constexpr std::size_t kBytes = 2U << 20;

class FileFeed : public exec::TreeFeed {
 public:
  FileFeed(std::vector<std::string> files, const ImportOptions& options, unsigned threads)
      : files_(std::move(files)),
        options_(options),
        members_(source_members(options, files_)),
        left_(options.limit.value_or(UINT64_MAX)) {
    StreamOptions stream = reading_options(options);
    stream.limits.slice_documents = kDocuments;
    stream.limits.slice_bytes = kBytes;
    stream_ = stream_files(files_, stream, threads);
    builder_.set_leniency({options.nonfinite_null, false});
  }

  exec::TreeSourcePtr next() override {
    while (left_ > 0) {
      if (!fault_.empty()) throw_invalid(fault_);
      std::optional<json::Slice> slice = stream_->next();
      if (!slice) return nullptr;
      if (!members_.empty())
        slice = slice->with_member(
            [&](std::uint32_t file) { return std::string_view(members_[file]); });
      add(*slice);
      if (builder_.trees() > 0) return take();
    }
    return nullptr;
  }

 private:
  void add(json::Slice& slice) {
    using Builder = batch::BatchBuilder;
    const Builder::OnError on_error =
        options_.skips() ? Builder::OnError::Skip : Builder::OnError::Stop;
    // One by one at the end, since rejected documents make room for others.
    std::size_t next = 0;
    const std::size_t documents = slice.documents().size();
    while (next < documents && builder_.trees() < left_) {
      const std::size_t count = documents <= left_ ? documents : 1;
      for (const json::SplitFault& fault : builder_.add_slice(slice, on_error, next, count))
        note(fault);
      if (!fault_.empty()) return;
      next += count;
    }
    if (!slice.faults().empty()) note(slice.faults().front());
  }

  // Whoever has seen enough in the trees before it never hears of it.
  void note(const json::SplitFault& fault) {
    if (options_.skips() || !fault_.empty()) return;
    fault_ = files_[fault.file] + json::place_text(fault.line, fault.byte, fault.line_byte) + ": " +
             fault.reason;
  }

  exec::TreeSourcePtr take() {
    left_ -= builder_.trees();
    auto paths = std::make_shared<PathDictionary>();
    batch::SharedPaths shared(*paths);
    auto built = std::make_shared<batch::BuiltBatch>(builder_.finish(shared, 0));
    std::vector<batch::BatchReaderPtr> batches{
        std::make_shared<batch::MemoryBatch>(std::move(built), paths)};
    return std::make_shared<exec::MemorySource>(std::move(batches), std::move(paths));
  }

  const std::vector<std::string> files_;
  const ImportOptions options_;
  const std::vector<std::string> members_;
  std::uint64_t left_;  // of the limit
  std::unique_ptr<SliceStream> stream_;
  batch::BatchBuilder builder_;
  std::string fault_;  // that comes behind the trees read so far; empty: none
};

}  // namespace

exec::TreeFeedPtr feed_files(std::vector<std::string> files, const ImportOptions& options,
                             unsigned threads) {
  if (!options.rejects.empty() || options.if_exists != IfExists::Append ||
      options.on_conflict != OnConflict::Error || options.progress)
    throw_invalid("file() takes the options that say how files are read, not where trees go");
  return std::make_shared<FileFeed>(std::move(files), options, threads);
}

}  // namespace arbors::store
