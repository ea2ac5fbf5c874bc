#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sql/import/file_feed.h"
#include "sql/import/file_names.h"
#include "sql/import/progress.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

using FileNames = std::vector<std::string>;

// A folder of files that goes with it.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "arbors_import_files") {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string add(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("names, globs and lists find files in order", "[store]") {
  const Folder folder;
  const std::string b = folder.add("b.jsonl", ""), a = folder.add("a.jsonl", "");
  const std::string odd = folder.add("[a].jsonl", "");
  CHECK(find_files(b) == FileNames{b});
  CHECK(find_files(folder / "?.jsonl") == FileNames{a, b});
  CHECK(find_files(odd) == FileNames{odd});
  CHECK(find_files("[\"" + b + "\",\"" + (folder / "?.jsonl") + "\"]") == FileNames{b, a, b});
  CHECK_THROWS_WITH(find_files(folder / "*.csv"), ContainsSubstring("no file matches"));
  CHECK_THROWS_WITH(find_files("t", b), ContainsSubstring("is " + b + " the file?"));
  CHECK_THROWS_WITH(find_files("ftp://host/x"), ContainsSubstring("is a URL"));
  CHECK_THROWS_WITH(find_files("[1]"), ContainsSubstring("holds names"));
}

TEST_CASE("progress tells the file, the share of bytes and the time left", "[store]") {
  const std::string line =
      progress_line({"/x/b.jsonl", 2, 5, 1000, 250'000'000, 1'000'000'000, 10});
  CHECK(line == "b.jsonl (2 of 5), 25 %, 1000 trees, 25 MB/s, 30 s left");
  CHECK(progress_line({"", 1, 1, 7, 3'000'000, 0, 1}) == "7 trees, 3 MB/s");
  CHECK_THAT(progress_line({"a", 1, 1, 7, 2, 1000, 1000}), ContainsSubstring("h "));
}

TEST_CASE("many small files share batches, whatever the number of readers", "[store]") {
  const unsigned threads = GENERATE(1U, 2U, 5U);
  const Folder folder;
  FileNames files;
  Trees want;
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (int k = 0; k < i; ++k) {
      want.push_back(std::to_string(100 * i + k));
      text += want.back() + "\n";
    }
    files.push_back(folder.add(std::to_string(i) + ".jsonl", text));
  }
  Database database;
  database.connection()->threads = threads;
  const auto store = database.create();
  CHECK(import_files(*store, files).files == 40);
  CHECK(trees_of(*store) == want);
  CHECK(store->totals().batches == 1);
  files.insert(files.begin() + 20, folder / "absent.jsonl");
  CHECK_THROWS_WITH(import_files(*store, files), ContainsSubstring("absent.jsonl"));
  CHECK(store->trees() == want.size());
}

TEST_CASE("a feed gives the trees of files a few at a time", "[store]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 10000; ++i) text += std::to_string(i) + "\n";
  const std::string file = folder.add("numbers.jsonl", text + "{bad\n");
  ImportOptions options;
  options.limit = 9000;
  const auto feed = feed_files({file}, options, 1);
  std::uint64_t trees = 0;
  while (const auto source = feed->next()) {
    CHECK(source->trees() <= 4096);
    trees += source->trees();
  }
  CHECK(trees == 9000);
  options.limit.reset();
  const auto all = feed_files({file}, options, 1);
  CHECK_THROWS_WITH(
      [&] {
        while (all->next()) {
        }
      }(),
      ContainsSubstring("line 10001"));
  options.rejects = "table";
  CHECK_THROWS_AS(feed_files({file}, options, 1), Error);
}
