// A line on stderr that overwrites itself while an import goes on: the file, its share of all
// bytes, trees, speed and the time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace arbors::store {

struct ImportState {
  std::string file;          // being read; empty where it is a text
  std::uint64_t number = 0;  // which one, from 1, of how many
  std::uint64_t files = 0;
  std::uint64_t trees = 0;
  std::uint64_t consumed = 0;  // bytes of the files, packed as they are
  std::uint64_t total = 0;     // their sizes; 0 where not known
  double seconds = 0;
};

// `a.jsonl (2 of 5), 41 %, 1200000 trees, 210 MB/s, 12 s left`
std::string progress_line(const ImportState& state);

class Progress {
 public:
  // Unset: shown where stderr is a terminal. Nothing is shown in the first two seconds.
  explicit Progress(const std::optional<bool>& wanted);
  ~Progress();

  bool due();  // at most five times a second
  void show(ImportState state);

 private:
  using Clock = std::chrono::steady_clock;
  bool shown_, drawn_ = false;
  Clock::time_point start_, last_;
};

}  // namespace arbors::store
