#include "sql/import/file_readers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/json/input/relaxed_input.h"

namespace arbors::store {
namespace {

constexpr std::size_t kMostOfFile = 2;
constexpr std::size_t kMostWaiting = 8;

}  // namespace

OpenInput::OpenInput(std::unique_ptr<json::Input> input, bool names_lines, std::size_t number,
                     const StreamOptions& options)
    : input_(options.lenient ? json::relax(std::move(input)) : std::move(input)) {
  json::SplitOptions split = options.split;
  split.names_lines = names_lines;
  const auto format = options.formats.find(number);
  if (format != options.formats.end()) split.format = format->second;
  splitter_.emplace(*input_, std::move(split), options.limits);
}

std::unique_ptr<OpenInput> open_input(const std::string& file, std::size_t number,
                                      const StreamOptions& options) {
  return std::make_unique<OpenInput>(json::open_file(file, {options.max_window_bytes}),
                                     json::names_lines(file), number, options);
}

FileReaders::FileReaders(const std::vector<std::string>& files, StreamOptions options,
                         unsigned threads)
    : files_(files), options_(std::move(options)), read_(files.size()) {
  const auto most = static_cast<unsigned>(std::min<std::size_t>(threads, files.size()));
  threads_.start(most, [this](unsigned) { read_files(); });
}

FileReaders::~FileReaders() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  went_.notify_all();
  threads_.join();
}

void FileReaders::read_files() {
  const Interrupt* const caller = current_interrupt();
  Interrupt given_up([&] { return stopping_ || (caller != nullptr && caller->raised()); });
  const InterruptScope scope(&given_up, InterruptScope::Thread::Caller);
  for (std::size_t number = 0; take_file(number);) {
    std::exception_ptr failure;
    try {
      read(number);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    read_[number].over = true;
    read_[number].failure = failure;
    came_.notify_one();
  }
}

bool FileReaders::take_file(std::size_t& number) {
  std::unique_lock lock(mutex_);
  went_.wait(lock, [this] { return stopping_ || waiting_ < kMostWaiting; });
  if (stopping_ || next_file_ == files_.size()) return false;
  number = next_file_++;
  return true;
}

void FileReaders::read(std::size_t number) {
  const auto input = open_input(files_[number], number, options_);
  std::uint64_t bytes = 0, consumed = 0;
  const auto count = [&] {
    bytes_ += input->splitter().bytes() - bytes;
    consumed_ += input->consumed() - consumed;
    bytes = input->splitter().bytes();
    consumed = input->consumed();
  };
  while (auto slice = input->splitter().next()) {
    count();
    put(number, std::move(*slice));
  }
  count();
}

void FileReaders::put(std::size_t number, json::Slice slice) {
  slice.set_file(static_cast<std::uint32_t>(number));
  std::unique_lock lock(mutex_);
  auto& slices = read_[number].slices;
  went_.wait(lock, [&] { return stopping_ || slices.size() < kMostOfFile; });
  if (stopping_) throw Error(ErrorCode::Interrupted, "interrupted");
  slices.push_back(std::move(slice));
  ++waiting_;
  came_.notify_one();
}

// Reads on the caller's thread.
std::optional<json::Slice> FileReaders::take_here() {
  for (; current_ < files_.size(); ++current_) {
    if (!here_) here_ = open_input(files_[current_], current_, options_);
    auto slice = here_->splitter().next();
    if (slice) {
      slice->set_file(static_cast<std::uint32_t>(current_));
      return slice;
    }
    bytes_ += here_->splitter().bytes();
    consumed_ += here_->consumed();
    here_.reset();
  }
  return std::nullopt;
}

// Gives the next slice of the files in their order.
std::optional<json::Slice> FileReaders::take() {
  if (threads_.count() == 0) return take_here();
  while (current_ < files_.size()) {
    File& file = read_[current_];
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return !file.slices.empty() || file.over; };
    while (!came_.wait_for(lock, std::chrono::milliseconds(10), ready)) {
      lock.unlock();
      poll_interrupt();
      lock.lock();
    }
    if (!file.slices.empty()) {
      json::Slice slice = std::move(file.slices.front());
      file.slices.pop_front();
      --waiting_;
      went_.notify_all();
      return slice;
    }
    if (file.failure) std::rethrow_exception(file.failure);
    ++current_;
  }
  return std::nullopt;
}

bool FileReaders::is_small(const json::Slice& slice) const {
  return slice.documents().size() < options_.limits.slice_documents / 2 &&
         slice.text().size() < options_.limits.slice_bytes / 2;
}

bool FileReaders::fits(const json::Slice& slice, const json::Slice& other) const {
  return slice.documents().size() + other.documents().size() <= options_.limits.slice_documents &&
         slice.text().size() + other.text().size() <= options_.limits.slice_bytes;
}

std::optional<json::Slice> FileReaders::next() {
  std::optional<json::Slice> slice = held_ ? std::exchange(held_, std::nullopt) : take();
  if (!slice) return std::nullopt;
  while (is_small(*slice) && (held_ = take()) && fits(*slice, *held_)) {
    slice->append(*held_);
    held_.reset();
  }
  slice->set_number(number_++);
  return slice;
}

}  // namespace arbors::store
