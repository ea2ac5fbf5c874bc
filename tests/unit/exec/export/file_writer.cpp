#include "engine/exec/export/file_writer.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "engine/base/error.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/export/scratch_folder.h"

namespace arbors::exec {
namespace {

std::string error_of(const std::function<void()>& action, ErrorCode code) {
  try {
    action();
  } catch (const Error& error) {
    REQUIRE(error.code() == code);
    return error.what();
  }
  FAIL("no error");
  return {};
}

// Lets files grow to so many bytes and no further, as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a file appears when it is committed, not before", "[export]") {
  const ScratchFolder folder;
  const std::string file = folder / "x.jsonl";
  FileWriter writer(file);
  writer.write("one\n");
  writer.write(std::string(1 << 20, 'x'));
  REQUIRE_FALSE(std::filesystem::exists(file));
  writer.commit();
  REQUIRE(read_file(file) == "one\n" + std::string(1 << 20, 'x'));
  REQUIRE(writer.bytes() == 4 + (1 << 20));
  REQUIRE(folder.files() == 1);
}

TEST_CASE("a file that is not committed leaves what was there", "[export]") {
  const ScratchFolder folder;
  write_file(folder / "x", "before");
  {
    FileWriter writer(folder / "x");
    writer.write(std::string(1 << 20, 'x'));
    REQUIRE(folder.files() == 2);
  }
  REQUIRE(read_file(folder / "x") == "before");
  REQUIRE(folder.files() == 1);
}

TEST_CASE("a file is replaced with its permissions kept", "[export]") {
  const ScratchFolder folder;
  write_file(folder / "x", "a longer text than what comes");
  ::chmod((folder / "x").c_str(), 0640);
  FileWriter writer(folder / "x");
  writer.write("new");
  writer.commit();
  REQUIRE(read_file(folder / "x") == "new");
  struct stat status {};
  REQUIRE(::stat((folder / "x").c_str(), &status) == 0);
  REQUIRE((status.st_mode & 0777) == 0640);
}

TEST_CASE("a symbolic link stays one, and the file behind it is replaced", "[export]") {
  const ScratchFolder folder;
  write_file(folder / "real", "before");
  std::filesystem::create_symlink("real", folder / "link");
  FileWriter writer(folder / "link");
  writer.write("after");
  writer.commit();
  REQUIRE(std::filesystem::is_symlink(folder / "link"));
  REQUIRE(read_file(folder / "real") == "after");
}

TEST_CASE("targets that cannot be files are refused by name", "[export]") {
  const ScratchFolder folder;
  const std::string missing = folder / "no/x.json";
  REQUIRE_THAT(error_of([&] { FileWriter{missing}; }, ErrorCode::NotFound),
               StartsWith(missing + ": there is no directory '"));
  std::filesystem::create_directory(folder / "d");
  for (const std::string& name : {folder / "d", folder / "d/"})
    REQUIRE(error_of([&] { FileWriter{name}; }, ErrorCode::Io) == name + ": is a directory");
  REQUIRE(error_of([] { FileWriter{"/dev/null"}; }, ErrorCode::Io) ==
          "/dev/null: is not a regular file");
  error_of([] { FileWriter{""}; }, ErrorCode::Invalid);
  error_of([] { FileWriter{std::string("a\0b", 3)}; }, ErrorCode::Invalid);
}

TEST_CASE("places that are not writable are refused", "[export]") {
  if (::geteuid() == 0) {
    WARN("skipped: root may write everywhere");
    return;
  }
  const ScratchFolder folder;
  write_file(folder / "x", "before");
  ::chmod((folder / "x").c_str(), 0444);
  error_of([&] { FileWriter{folder / "x"}; }, ErrorCode::Io);
  std::filesystem::create_directory(folder / "d");
  ::chmod((folder / "d").c_str(), 0555);
  error_of([&] { FileWriter{folder / "d/x"}; }, ErrorCode::Io);
  ::chmod((folder / "d").c_str(), 0755);
}

TEST_CASE("a full disk is reported, and nothing is left", "[export]") {
  const ScratchFolder folder;
  const std::string file = folder / "x.json";
  const FileSizeLimit limit(1 << 20);
  const std::string message = error_of(
      [&] {
        FileWriter writer(file);
        for (int i = 0; i < 64; ++i) writer.write(std::string(100'000, 'x'));
        writer.commit();
      },
      ErrorCode::Io);
  REQUIRE_THAT(message, StartsWith(file + ": no room for the file after 1048576 bytes"));
  REQUIRE(folder.files() == 0);
}

}  // namespace arbors::exec
