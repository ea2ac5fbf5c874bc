// One import under way: what its options say of every document, and what came of it so far.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/batch/build/batch_builder.h"
#include "engine/json/input/slice.h"
#include "sql/import/import.h"
#include "sql/import/import_workers.h"
#include "sql/import/progress.h"
#include "sql/import/reject_table.h"
#include "sql/import/slice_stream.h"

namespace arbors::store {

unsigned import_threads(const Store& store);

class ImportRun {
 public:
  // `names` has the one that messages name where a text is imported; `total`: bytes of the files, 0
  // of a text.
  ImportRun(Store& store, const std::vector<std::string>& names, const ImportOptions& options,
            std::uint64_t total);

  void run(SliceStream& stream);
  ImportReport& report() { return report_; }

 private:
  using Slices = std::vector<json::Slice>;

  ImportWorkers::Options worker_options() const;
  batch::BatchBuilder::Leniency leniency() const;
  void read();
  void read_batches(std::optional<json::Slice> first, std::optional<json::Slice> second);
  bool must_wait(const ImportWorkers& workers, const json::Slice& slice) const;
  void collect(ImportWorkers& workers, const batch::SharedPaths& paths);
  void take(const ImportWorkers::Result& result, const batch::SharedPaths& paths,
            std::optional<KeyRun> keys = std::nullopt);

  // keyed_import.cpp: into an Arbor with a key.
  void read_keyed(std::optional<json::Slice> first, std::optional<json::Slice> second, bool few);
  Slices next_round(Slices& begun, std::size_t most);
  Slices add_round(Slices round);
  // Adds documents one by one, as pending trees; tells whether any met a tree that was there.
  bool add_rows(json::Slice& slice);
  json::Slice with_source(json::Slice given) const;
  std::optional<json::SplitFault> add_row(const json::Slice& slice,
                                          const json::DocumentSpan& document, bool& conflicts);

  void reject(const json::SplitFault& fault);
  json::SplitFault without_member(json::SplitFault fault) const;
  ImportState state() const;

  Store& store_;
  const std::vector<std::string>& names_;
  const ImportOptions& options_;
  const std::vector<std::string> members_;
  const std::uint64_t total_;
  SliceStream* stream_ = nullptr;
  RejectTable rejects_;
  Progress progress_;
  ImportReport report_;
};

}  // namespace arbors::store
