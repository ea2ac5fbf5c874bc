// One scenario run once with one fault, judged: the error is clean, the database is as before the
// failed statement, the connection goes on, nothing leaks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fault/database.h"
#include "tests/fault/fault.h"
#include "tests/fault/scenario.h"

namespace arbors::fault {

// What a scenario does when nothing fails.
struct Reference {
  std::vector<Outcome> outcomes;    // of each statement
  std::vector<std::string> states;  // before each statement, and at the end
  std::vector<bool> committed;      // whether no transaction was open then
  std::string missing;              // the scenario cannot run: why
};

struct Fault {
  Kind kind;
  std::int64_t at;
  Lasting lasting;
};

class Trial {
 public:
  // `prepared` is the database to begin with, `work` where its copy is run.
  Trial(const Scenario& scenario, std::string prepared, std::string work);

  const Reference& reference() const { return reference_; }

  // Counts how often the kind of call is made when none fails.
  std::int64_t count(Kind kind);

  // Runs the scenario with the fault. Returns what is wrong, one sentence each.
  std::vector<std::string> run(const Fault& fault, const KindRow& kind);

 private:
  void restore() const;
  void judge_success(Database& database, const std::vector<Outcome>& outcomes);
  void judge_failure(Database& database, std::size_t failed, const Outcome& outcome,
                     const KindRow& kind);
  void go_on(Database& database, std::size_t first);
  void expect_state(Database& database, const std::string& want, const std::string& when);
  std::size_t last_committed(std::size_t statement) const;
  void wrong(const std::string& what) { wrong_.push_back(what); }

  const Scenario& scenario_;
  std::string prepared_, work_;
  Reference reference_;
  std::vector<std::string> wrong_;
};

}  // namespace arbors::fault
