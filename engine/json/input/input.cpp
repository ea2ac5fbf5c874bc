#include "engine/json/input/input.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/json/input/compressed_input.h"

namespace arbors::json {
namespace {

class FileInput : public Input {
 public:
  explicit FileInput(const std::string& file) : name_(file) {
    if (file.find('\0') != std::string::npos) {
      throw Error(ErrorCode::Invalid, "a file's name cannot hold a zero: " + file);
    }
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
      throw Error(ErrorCode::Io, file + " is a directory, not a file");
    }
    errno = 0;
    file_.reset(std::fopen(file.c_str(), "rb"));
    if (file_ != nullptr) {
      std::setvbuf(file_.get(), nullptr, _IONBF, 0);
      return;
    }
    const std::string reason = std::strerror(errno);
    if (errno == ENOENT) throw Error(ErrorCode::NotFound, "no such file: " + file);
    throw Error(ErrorCode::Io, file + " cannot be opened: " + reason);
  }

  std::size_t read(char* to, std::size_t size) override {
    poll_interrupt();
    const std::size_t count = std::fread(to, 1, size, file_.get());
    if (count < size && std::ferror(file_.get()) != 0) {
      throw Error(ErrorCode::Io, name_ + " cannot be read: " + std::strerror(errno));
    }
    consumed_ += count;
    return count;
  }
  std::uint64_t consumed() const override { return consumed_; }
  const std::string& name() const override { return name_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t consumed_ = 0;
};

class MemoryInput : public Input {
 public:
  explicit MemoryInput(std::string_view bytes) : left_(bytes) {}

  std::size_t read(char* to, std::size_t size) override {
    poll_interrupt();
    const std::size_t count = left_.copy(to, size);
    left_.remove_prefix(count);
    consumed_ += count;
    return count;
  }
  std::uint64_t consumed() const override { return consumed_; }
  const std::string& name() const override { return name_; }

 private:
  const std::string name_ = "json";
  std::string_view left_;
  std::uint64_t consumed_ = 0;
};

}  // namespace

std::unique_ptr<Input> open_file(const std::string& file, const InputOptions& options) {
  auto source = std::make_unique<FileInput>(file);
  return undo_compression(std::move(source), options.max_window_bytes);
}

std::unique_ptr<Input> open_memory(std::string_view bytes, const InputOptions& options) {
  auto source = std::make_unique<MemoryInput>(bytes);
  return undo_compression(std::move(source), options.max_window_bytes);
}

}  // namespace arbors::json
