#include "sql/import/slice_stream.h"

#include "engine/json/input/relaxed_input.h"
#include "sql/import/file_readers.h"

namespace arbors::store {
namespace {

class OneInput : public SliceStream {
 public:
  explicit OneInput(std::unique_ptr<OpenInput> input) : input_(std::move(input)) {}

  std::optional<json::Slice> next() override { return input_->splitter().next(); }
  std::size_t file() const override { return 0; }
  std::uint64_t bytes() const override { return input_->splitter().bytes(); }
  std::uint64_t consumed() const override { return input_->consumed(); }

 private:
  std::unique_ptr<OpenInput> input_;
};

}  // namespace

StreamOptions reading_options(const ImportOptions& options) {
  StreamOptions stream;
  stream.split = {options.format, false, options.skips(), options.path};
  stream.lenient = options.lenient;
  stream.max_window_bytes = options.max_window_bytes;
  return stream;
}

std::unique_ptr<SliceStream> stream_text(std::string_view text, const StreamOptions& options) {
  auto input = json::open_memory(text, {options.max_window_bytes});
  return std::make_unique<OneInput>(
      std::make_unique<OpenInput>(std::move(input), false, 0, options));
}

std::unique_ptr<SliceStream> stream_files(const std::vector<std::string>& files,
                                          const StreamOptions& options, unsigned threads) {
  if (files.size() == 1) return std::make_unique<OneInput>(open_input(files.front(), 0, options));
  return std::make_unique<FileReaders>(files, options, threads);
}

}  // namespace arbors::store
