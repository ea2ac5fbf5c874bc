#include "sql/import/import.h"

#include <chrono>
#include <filesystem>
#include <functional>

#include "sql/import/import_run.h"

namespace arbors::store {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t size_of(const std::vector<std::string>& files) {
  std::uint64_t bytes = 0;
  for (const std::string& file : files) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (!failed) bytes += size;
  }
  return bytes;
}

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
    ImportRun one(store, names, options, total);
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
        return stream_files(files, stream, import_threads(store));
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
