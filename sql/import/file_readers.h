// Many files read ahead: each thread takes the next file, opens and splits it; the caller takes the
// slices in the files' order. At most two slices of a file and a few of all wait at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/workers.h"
#include "sql/import/slice_stream.h"

namespace arbors::store {

// An input and its splitter.
class OpenInput {
 public:
  OpenInput(std::unique_ptr<json::Input> input, bool names_lines, std::size_t number,
            const StreamOptions& options);

  json::DocumentSplitter& splitter() { return *splitter_; }
  std::uint64_t consumed() const { return input_->consumed(); }

 private:
  std::unique_ptr<json::Input> input_;
  std::optional<json::DocumentSplitter> splitter_;
};

std::unique_ptr<OpenInput> open_input(const std::string& file, std::size_t number,
                                      const StreamOptions& options);

class FileReaders : public SliceStream {
 public:
  FileReaders(const std::vector<std::string>& files, StreamOptions options, unsigned threads);
  ~FileReaders() override;

  std::optional<json::Slice> next() override;
  std::size_t file() const override { return current_; }
  std::uint64_t bytes() const override { return bytes_; }
  std::uint64_t consumed() const override { return consumed_; }

 private:
  struct File {
    std::deque<json::Slice> slices;
    bool over = false;  // no more slices come
    std::exception_ptr failure;
  };

  void read_files();
  bool take_file(std::size_t& number);
  void read(std::size_t number);
  void put(std::size_t number, json::Slice slice);
  std::optional<json::Slice> take();
  std::optional<json::Slice> take_here();
  bool is_small(const json::Slice& slice) const;
  bool fits(const json::Slice& slice, const json::Slice& other) const;

  const std::vector<std::string>& files_;
  const StreamOptions options_;
  std::mutex mutex_;
  std::condition_variable came_, went_;
  std::vector<File> read_;
  std::size_t next_file_ = 0;  // not begun by any thread
  std::size_t waiting_ = 0;    // slices that were not taken
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> bytes_ = 0, consumed_ = 0;
  // Of the caller's thread alone.
  std::size_t current_ = 0;  // the file whose slices are taken
  std::optional<json::Slice> held_;
  std::uint64_t number_ = 0;
  std::unique_ptr<OpenInput> here_;  // where no thread could be had

  Workers threads_;
};

}  // namespace arbors::store
