#include "engine/plan/stage_synonyms.h"

#include <array>
#include <string>

#include "engine/base/value.h"

namespace arbors::plan {
namespace {

constexpr std::string_view kSort = "sort_by e [desc], …";
constexpr std::string_view kGroup = "group_by e, … { count() as n, … }";
constexpr std::string_view kAggregate = "aggregate count() as n, sum(e) as s, …";
constexpr std::string_view kAdd = "add_field n = e, …";
constexpr std::string_view kUnique = "unique_by e, … (the first tree of each key)";
constexpr std::string_view kExplode = "explode p [as n]";

constexpr std::array<StageSynonym, 48> kWords{{
    {"where", "filter e"},
    {"having", "filter e, after group_by e { … }"},
    {"limit", "head n"},
    {"offset", "skip n"},
    {"first", "head 1"},
    {"last", "tail 1"},
    {"fetch", "head n"},
    {"slice", "skip n | head n"},
    {"order", kSort},
    {"orderby", kSort},
    {"sort", kSort},
    {"arrange", kSort},
    {"top", "top_k n by e, …"},
    {"group", kGroup},
    {"groupby", kGroup},
    {"summarize", kGroup},
    {"summarise", kGroup},
    {"stats", kGroup},
    {"count", kAggregate},
    {"sum", kAggregate},
    {"avg", kAggregate},
    {"mean", kAggregate},
    {"min", kAggregate},
    {"max", kAggregate},
    {"agg", kAggregate},
    {"reduce", kAggregate},
    {"distinct", kUnique},
    {"unique", kUnique},
    {"dedup", kUnique},
    {"map", "select e [as n], …"},
    {"project", "select e [as n], …"},
    {"fields", "select e [as n], …"},
    {"mutate", kAdd},
    {"extend", kAdd},
    {"eval", kAdd},
    {"addfields", kAdd},
    {"withcolumn", kAdd},
    {"withcolumns", kAdd},
    {"delete", "drop p, … for fields, filter e for trees"},
    {"exclude", "drop p, …"},
    {"unset", "drop p, …"},
    {"unnest", kExplode},
    {"unwind", kExplode},
    {"expand", kExplode},
    {"union", "append (plan)"},
    {"from", "a plan begins with its source: players | filter e"},
    {"with", "a plan in parentheses is a source: (players | filter e) | head n"},
    {"random", "sample n [seed s]"},
}};

}  // namespace

std::span<const StageSynonym> stage_synonyms() { return kWords; }

std::string_view said_here(std::string_view word) {
  std::string plain(word.substr(0, 32));
  std::erase(plain, '_');
  for (const StageSynonym& known : kWords)
    if (compare(known.word, plain, Collation::NoCase) == 0) return known.here;
  return {};
}

}  // namespace arbors::plan
