// The n-th-failure test: every scenario with every kind of call failing at its n-th time, once and
// for good. Each pair runs in a child process, so that a crash or a hang is a failure like any
// other.
//   arbors_faults [--quick] [--seconds N] [--faults N] [--seed N] [--scenario NAME] [--kind NAME]
//   [--at N [--lasting]]
// The last line is `N passed, N failed[, N skipped]`, counted in faults injected.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <new>
#include <numeric>
#include <random>

#include "tests/fault/allocation.h"
#include "tests/fault/files.h"
#include "tests/fault/trial.h"
#include "tests/unit/host.h"
#include "tests/unit/random_seed.h"

namespace arbors::fault {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kQuickSeconds = 30;
constexpr int kFullSeconds = 150;
constexpr std::int64_t kFullFaults = 14'000;  // a fast machine ends after so many
constexpr unsigned kHangSeconds = 60;
constexpr int kMaxFailuresOfPair = 3;

struct Options {
  double seconds = kFullSeconds;
  std::int64_t faults = kFullFaults;
  std::uint64_t seed = random_seed();
  std::string scenario, kind;
  std::int64_t at = 0;
  Lasting lasting = Lasting::Once;
};

// What a child tells its parent while it runs: lives in memory that both see.
struct Progress {
  std::int64_t passed, failed, at;
  Lasting lasting;
  bool skipped;
};

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const std::string next = i + 1 < count ? words[i + 1] : "";
    if (word == "--quick") options.seconds = kQuickSeconds;
    if (word == "--seconds") options.seconds = std::stod(next);
    if (word == "--faults") options.faults = std::stoll(next);
    if (word == "--seed") options.seed = std::stoull(next);
    if (word == "--scenario") options.scenario = next;
    if (word == "--kind") options.kind = next;
    if (word == "--at") options.at = std::stoll(next);
    if (word == "--lasting") options.lasting = Lasting::FromThenOn;
  }
  return options;
}

void report(const Scenario& scenario, const KindRow& kind, std::int64_t at, Lasting lasting,
            const std::string& what) {
  std::cout << "FAIL --scenario '" << scenario.name << "' --kind " << kind.name << " --at " << at
            << (lasting == Lasting::FromThenOn ? " --lasting" : "") << ": " << what << std::endl;
}

// Where the faults of a pair end, besides where there are no more.
struct Limit {
  Clock::time_point until;
  std::int64_t faults;
};

// Every n for which something can fail, in random order: what a limit leaves is a fair sample.
std::vector<Fault> faults_of(Kind kind, std::int64_t calls, std::mt19937_64& random) {
  std::vector<Fault> faults;
  for (std::int64_t at = 1; at <= calls; ++at)
    for (const Lasting lasting : {Lasting::Once, Lasting::FromThenOn})
      faults.push_back({kind, at, lasting});
  std::shuffle(faults.begin(), faults.end(), random);
  return faults;
}

void run_fault(Trial& trial, const Scenario& scenario, const KindRow& kind, const Fault& fault,
               Progress& progress) {
  progress.at = fault.at;
  progress.lasting = fault.lasting;
  alarm(kHangSeconds);
  const std::vector<std::string> wrong = trial.run(fault, kind);
  alarm(0);
  for (const std::string& what : wrong) report(scenario, kind, fault.at, fault.lasting, what);
  ++(wrong.empty() ? progress.passed : progress.failed);
}

void run_pair(const Scenario& scenario, const KindRow& kind, const Options& options,
              const std::string& prepared, const Limit& limit, Progress& progress) {
  Trial trial(scenario, prepared, prepared + ".work");
  if (!trial.reference().missing.empty()) {
    progress.skipped = true;
    if (kind.kind == kinds().front().kind)
      std::cout << "skipped " << scenario.name << ": " << trial.reference().missing << std::endl;
    return;
  }
  if (options.at != 0)
    return run_fault(trial, scenario, kind, {kind.kind, options.at, options.lasting}, progress);
  std::mt19937_64 random(options.seed);
  for (const Fault& fault : faults_of(kind.kind, trial.count(kind.kind), random)) {
    run_fault(trial, scenario, kind, fault, progress);
    if (progress.passed + progress.failed >= limit.faults || Clock::now() > limit.until) break;
    if (progress.failed >= kMaxFailuresOfPair) break;
  }
}

// Runs a pair in a child; a child that does not end well is one failure more.
void run_isolated(const Scenario& scenario, const KindRow& kind, const Options& options,
                  const std::string& prepared, const Limit& limit, Progress& progress) {
  std::cout.flush();
  const pid_t child = fork();
  if (child == 0) {
    run_pair(scenario, kind, options, prepared, limit, progress);
    std::exit(0);  // with the sanitizer's look for leaks
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status == 0) return;
  ++progress.failed;
  const bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  report(scenario, kind, progress.at, progress.lasting,
         hung ? "hangs"
              : "ends the process: " + (WIFSIGNALED(status)
                                            ? "signal " + std::to_string(WTERMSIG(status))
                                            : "status " + std::to_string(WEXITSTATUS(status))));
}

int run(const Options& options) {
  std::cout << "seed " << options.seed << std::endl;
  const std::string folder =
      std::filesystem::temp_directory_path() / ("arbors-faults-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  for (const char* journal : {"delete", "wal"}) prepare(folder + '/' + journal, folder, journal);
  auto* shared = static_cast<Progress*>(
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::int64_t passed = 0, failed = 0, skipped = 0;
  const std::vector<Scenario> all = scenarios(folder);
  auto left = static_cast<std::int64_t>(all.size() * kinds().size());
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(options.seconds));
  for (const Scenario& scenario : all) {
    for (const KindRow& kind : kinds()) {
      const Limit share{Clock::now() + (end - Clock::now()) / left,
                        (options.faults - passed - failed) / left};
      --left;
      if (!options.scenario.empty() && options.scenario != scenario.name) continue;
      if (!options.kind.empty() && options.kind != kind.name) continue;
      auto& progress = *new (shared) Progress{};
      const Limit limit = options.scenario.empty() ? share : Limit{end, options.faults};
      run_isolated(scenario, kind, options, folder + '/' + scenario.journal, limit, progress);
      passed += progress.passed;
      failed += progress.failed;
      skipped += progress.skipped && kind.kind == kinds().front().kind ? 1 : 0;
    }
  }
  std::filesystem::remove_all(folder);
  std::cout << passed << " passed, " << failed << " failed";
  if (skipped != 0) std::cout << ", " << skipped << " skipped";
  std::cout << std::endl;
  return failed != 0 || passed == 0 ? 1 : 0;
}

}  // namespace
}  // namespace arbors::fault

int main(int count, char** words) {
  arbors::fault::install_allocator();
  arbors::fault::install_files();
  arbors::take_sqlite_routines();
  return arbors::fault::run(arbors::fault::parse(count, words));
}
