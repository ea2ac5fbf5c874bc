// What is run under faults: statements, in order, from one prepared database.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace arbors::fault {

struct Scenario {
  const char* name;
  const char* journal;  // wal, delete, memory
  std::vector<std::string> statements;
};

// `folder` holds the files that imports read and exports write.
std::vector<Scenario> scenarios(const std::string& folder);

// Makes the database that every scenario begins with: an Arbor `t` of a few batches and some
// pending rows with an index, and an ordinary table `o`.
void prepare(const std::string& file, const std::string& folder, const char* journal);

}  // namespace arbors::fault
