#include <chrono>

#include "engine/arrow/stream.h"
#include "engine/base/interrupt.h"
#include "engine/batch/build/batch_builder.h"
#include "sql/batches/encoded_batch.h"
#include "sql/import/import.h"

namespace arbors::store {
namespace {

constexpr std::uint64_t kFreeValues = 1U << 24, kValuesAByte = 64;  // see arrow::Allowance

void refuse_other_options(const ImportOptions& options) {
  if (options.on_error || options.limit || options.source || options.lenient ||
      !options.path.empty() || !options.rejects.empty() || options.on_conflict != OnConflict::Error)
    throw_invalid("with the format arrow the only other option is 'if_exists'");
}

class ArrowImport {
 public:
  ArrowImport(Store& store, std::string_view bytes)
      : store_(store),
        bytes_(bytes),
        few_fit_(store.trees() > 0),
        allowance_(kFreeValues + kValuesAByte * bytes.size()) {}

  std::uint64_t run() {
    if (store_.has_key()) return insert_all();
    arrow::StreamReader stream(bytes_);
    while (const arrow::Array* rows = stream.next()) {
      for (std::size_t at = 0; at < rows->length; ++at) {
        builder_.add(*rows, at, allowance_);
        ++trees_;
        if (is_full()) append();
      }
      poll_interrupt();
    }
    if (batches_ == 0 && few_fit_ && trees_ <= kFewTrees) return insert_all();
    if (builder_.trees() > 0) append();
    return trees_;
  }

 private:
  bool is_full() const {
    return builder_.trees() >= store_.options().batch_trees ||
           builder_.json_bytes() >= kBatchJsonBytes;
  }

  void append() {
    // Pending trees come before the new ones.
    if (batches_ == 0) store_.fold_pending();
    batch::SharedPaths paths(store_.writable_paths());
    store_.append(encode_batch(builder_.finish(paths, 0)), &paths);
    ++batches_;
  }

  // Adds the rows as pending trees: a batch of few would be too small, and each may have a key.
  std::uint64_t insert_all() {
    arrow::StreamReader stream(bytes_);
    trees_ = 0;
    std::string tree;
    while (const arrow::Array* rows = stream.next()) {
      for (std::size_t at = 0; at < rows->length; ++at) {
        tree.clear();
        arrow::append_json(*rows, at, allowance_, tree);
        store_.insert(tree);
        ++trees_;
      }
    }
    store_.note_pending_columns();
    return trees_;
  }

  Store& store_;
  const std::string_view bytes_;
  const bool few_fit_;
  arrow::Allowance allowance_;
  batch::BatchBuilder builder_;
  std::uint64_t trees_ = 0, batches_ = 0;
};

}  // namespace

ImportReport import_arrow(Store& store, std::string_view bytes, const ImportOptions& options) {
  using Clock = std::chrono::steady_clock;
  refuse_other_options(options);
  const auto start = Clock::now();
  WriteScope scope(store);
  if (options.if_exists == IfExists::Replace) store.clear();
  ImportReport report;
  report.bytes = bytes.size();
  report.trees = ArrowImport(store, bytes).run();
  scope.done();
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return report;
}

}  // namespace arbors::store
