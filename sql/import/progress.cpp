#include "sql/import/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace arbors::store {
namespace {

constexpr auto kSilence = std::chrono::seconds(2);
constexpr auto kPause = std::chrono::milliseconds(200);

std::string time_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 7200) return std::to_string(whole / 60) + " min";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

std::string progress_line(const ImportState& state) {
  std::string line;
  if (!state.file.empty()) line = state.file.substr(state.file.rfind('/') + 1);
  if (state.files > 1)
    line += " (" + std::to_string(state.number) + " of " + std::to_string(state.files) + ")";
  const double seconds = std::max(state.seconds, 0.001);
  const double share =
      state.total == 0
          ? 0
          : std::min(1.0, static_cast<double>(state.consumed) / static_cast<double>(state.total));
  if (!line.empty()) line += ", ";
  if (state.total > 0) line += std::to_string(static_cast<int>(share * 100)) + " %, ";
  line += std::to_string(state.trees) + " trees, " +
          std::to_string(
              static_cast<std::uint64_t>(static_cast<double>(state.consumed) / 1e6 / seconds)) +
          " MB/s";
  if (share > 0.001) line += ", " + time_text(seconds * (1 - share) / share) + " left";
  return line;
}

Progress::Progress(const std::optional<bool>& wanted)
    : shown_(wanted.value_or(isatty(STDERR_FILENO) != 0)), start_(Clock::now()), last_(start_) {}

Progress::~Progress() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
}

bool Progress::due() {
  const auto now = Clock::now();
  return shown_ && now - start_ >= kSilence && now - last_ >= kPause;
}

void Progress::show(ImportState state) {
  last_ = Clock::now();
  drawn_ = true;
  state.seconds = std::chrono::duration<double>(last_ - start_).count();
  std::fprintf(stderr, "\r\033[K%s", progress_line(state).c_str());
  std::fflush(stderr);
}

}  // namespace arbors::store
