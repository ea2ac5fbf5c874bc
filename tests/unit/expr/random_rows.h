// Rows of every kind for tests of expressions: each as the SQL value that SQLite is given, and as
// the JSON text that a batch is built from.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/base/value.h"

namespace arbors::expr {

struct Cell {
  std::string json;  // empty: the key is missing
  Value value;
};

// The columns that rows have: a and b hold anything, i integers or NULL, r reals, s strings (few
// different ones).
inline const std::vector<std::string> kColumns{"a", "b", "i", "r", "s"};
using Row = std::vector<Cell>;

Row random_row(std::mt19937& random);
std::string document(const Row& row);

// Makes up an expression in the syntax that SQLite shares.
std::string random_expression(std::mt19937& random, int depth);
// The same, more often in the forms that filters and pruning have fast ways for.
std::string random_predicate(std::mt19937& random, int depth);

}  // namespace arbors::expr
