// The window functions that are no aggregates: one table, from which the parser, the executor,
// arbor_help and the tests read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

enum class WindowKind : std::uint8_t {
  RowNumber,
  Rank,
  DenseRank,
  PercentRank,
  CumulativeShare,
  Tile,
  Lag,
  Lead,
  First,
  Last,
  Nth,
  Rowid,  // these are of the tree alone: no partition, order or frame counts
  Position,
  Generation
};

struct WindowInfo {
  std::string_view name;
  WindowKind kind;
  std::uint8_t least_args, most_args;
  bool framed;  // looks at the frame
  std::string_view syntax;
  std::string_view help;
};

std::span<const WindowInfo> window_functions();
// Case ignored; null: there is none. SQL's names (first_value, …) are rows of their own.
const WindowInfo* find_window_function(std::string_view name);

std::string to_text(const WindowCall& call);  // without its name

// Tells whether all calls say what a tree is in its source, whatever others there are.
bool is_identity(const Window& window);

// Says what is wrong with a frame that SQLite or we refuse; empty where nothing is.
std::string fault_of(const WindowFrame& frame);
// The same of a function's arguments: their count, and those that must be constants.
std::string fault_of(const WindowCall& call);
// A constant argument as a whole number.
std::int64_t whole_argument(const WindowCall& call, std::size_t at);

}  // namespace arbors::plan
