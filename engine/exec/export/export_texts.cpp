#include <memory>
#include <vector>

#include "engine/batch/batch_builder.h"
#include "engine/batch/memory_batch.h"
#include "engine/exec/export/arrow_writer.h"
#include "engine/exec/export/export.h"
#include "engine/exec/export/export_file.h"
#include "engine/exec/export/json_sink.h"
#include "engine/exec/export/text_spool.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kBatchTrees = 16384;
constexpr std::size_t kBatchBytes = 8U << 20;
constexpr std::uint64_t kTextsBetweenChecks = 4096;

// Runs the producer, asking now and then whether to stop.
template <typename Each>
void for_each_text(const ProduceTrees& produce, const ExecutionContext& context, Each each) {
  std::uint64_t trees = 0;
  produce([&](std::string_view tree) {
    if (trees++ % kTextsBetweenChecks == 0) context.check_interrupt();
    each(tree);
  });
}

// Shreds spooled texts into batches, the same ones each time.
class SpooledBatches {
 public:
  explicit SpooledBatches(TextSpool& spool) : spool_(spool) {}

  template <typename Each>
  void for_each(const ExecutionContext& context, Each each) {
    spool_.rewind();
    while (batch::BatchReaderPtr batch = next()) {
      context.check_interrupt();
      each(*batch);
    }
  }
  const PathDictionary& paths() const { return *paths_; }

 private:
  batch::BatchReaderPtr next() {
    std::vector<std::string> texts;
    std::size_t bytes = 0;
    std::string text;
    while (texts.size() < kBatchTrees && bytes < kBatchBytes && spool_.next(text)) {
      bytes += text.size();
      texts.push_back(std::move(text));
    }
    if (texts.empty()) return nullptr;
    const std::vector<std::string_view> documents(texts.begin(), texts.end());
    auto built = std::make_shared<batch::BuiltBatch>(batch::build_batch(documents, *paths_));
    return std::make_shared<batch::MemoryBatch>(std::move(built), paths_);
  }

  TextSpool& spool_;
  std::shared_ptr<PathDictionary> paths_ = std::make_shared<PathDictionary>();
};

std::uint64_t write_json(const ProduceTrees& produce, ByteSink& to, bool array,
                         const ExecutionContext& context) {
  JsonSink sink(to, array);
  for_each_text(produce, context, [&](std::string_view tree) { sink.write(tree); });
  sink.finish();
  return sink.trees();
}

std::uint64_t write_arrow(const ProduceTrees& produce, ExportFile& target,
                          const ExecutionContext& context) {
  TextSpool spool(target.directory());
  for_each_text(produce, context, [&](std::string_view tree) { spool.add(tree); });
  SpooledBatches batches(spool);
  SeenKinds seen;
  batches.for_each(context, [&](batch::BatchReader& batch) {
    seen.add(batch, RowChoice::everything(batch.trees()));
  });
  ArrowWriter writer(target.sink(), seen.columns(batches.paths()),
                     target.is(ExportFormat::ArrowFile));
  batches.for_each(context, [&](batch::BatchReader& batch) {
    writer.write(batch, RowChoice::everything(batch.trees()));
  });
  writer.finish();
  return writer.trees();
}

}  // namespace

ExportReport export_texts(const ProduceTrees& produce, const std::string& file,
                          const ExportOptions& options, const ExecutionContext& context) {
  ExportFile target(file, options);
  const std::uint64_t trees =
      target.is_arrow()
          ? write_arrow(produce, target, context)
          : write_json(produce, target.sink(), target.is(ExportFormat::JsonArray), context);
  return target.commit(trees);
}

}  // namespace arbors::exec
