#include "engine/exec/export/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kHeldBytes = 256U << 10;

// Follows a link to the file that it names, there or not.
std::string behind_links(const std::string& file) {
  std::error_code error;
  std::filesystem::path path = file;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(path, error); ++links) {
    const std::filesystem::path next = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;  // an absolute `next` replaces the left side
  }
  return path.string();
}

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

FileWriter::FileWriter(const std::string& file) : file_(file), target_(behind_links(file)) {
  const std::filesystem::path parent = std::filesystem::path(target_).parent_path();
  directory_ = parent.empty() ? "." : parent.string();
  check_target();
  open_temporary();
}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void FileWriter::check_target() {
  if (file_.empty()) throw_invalid("a file needs a name");
  if (file_.find('\0') != std::string::npos) throw_invalid("a file's name holds no NUL");
  struct stat status {};
  if (::stat(directory_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    throw Error(ErrorCode::NotFound, file_ + ": there is no directory '" + directory_ + "'");
  if (::stat(target_.c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode)) throw Error(ErrorCode::Io, file_ + ": is a directory");
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::Io, file_ + ": is not a regular file");
  if (::access(target_.c_str(), W_OK) != 0) fail(errno);
  mode_ = status.st_mode & 0777;
  replaces_ = true;
}

void FileWriter::open_temporary() {
  static std::atomic<unsigned> number{0};
  const std::string name = std::filesystem::path(target_).filename().string();
  do {
    // Keeps within the 255 bytes that a name may have.
    temporary_ = directory_ + "/." + name.substr(0, 200) + "." + std::to_string(::getpid()) + "-" +
                 std::to_string(++number) + ".tmp";
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail(errno);
  // Overrides the umask: what replaces a file stays as readable as that was.
  if (replaces_) static_cast<void>(::fchmod(descriptor_, mode_));
}

void FileWriter::write(std::string_view bytes) {
  if (held_.size() + bytes.size() < kHeldBytes) {
    held_ += bytes;
    return;
  }
  flush(held_);
  held_.clear();
  flush(bytes);
}

void FileWriter::finish() {
  flush(held_);
  held_.clear();
}

void FileWriter::commit() {
  finish();
  if (::fsync(descriptor_) != 0) fail(errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  ::close(descriptor_);
  descriptor_ = -1;
  // Makes the new name last too. A file system that cannot sync directories has done its best.
  const int directory = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  static_cast<void>(::fsync(directory));
  ::close(directory);
}

void FileWriter::flush(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void FileWriter::fail(int error) const {
  std::string sentence = file_ + ": ";
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    sentence += "no room for the file after " + std::to_string(bytes_) + " bytes";
  else
    sentence += "cannot be written in '" + directory_ + "'";
  throw Error(ErrorCode::Io, sentence + ": " + reason(error));
}

}  // namespace arbors::exec
