// A column of an Arrow table, or a field of one: its name there, its key in the trees, its type.
//
//   booleans                  Bool       integers in int64         Int64
//   integers from 0 to 2^64   Uint64 where some is beyond int64; other numbers Float64
//   strings                   Utf8       nothing but nulls         Utf8 (JSON null reads as such)
//   arrays                    List       objects with keys         Struct
//   anything else (kinds that do not go together, objects without any key, what is stored opaque or
//   nests too deeply) is Utf8 that holds the JSON text
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arbors::exec {

enum class ArrowKind : std::uint8_t { Bool, Integer, Unsigned, Real, Text, Json, List, Struct };

struct ArrowField {
  std::string name;  // never empty, distinct among its siblings without regard to case
  ArrowKind kind = ArrowKind::Text;
  std::string key = {};                   // of the object's member that a Struct's child reads
  std::vector<ArrowField> children = {};  // of a Struct its members, of a List its one element
};

// Many readers refuse types that nest more deeply; what does is JSON text.
inline constexpr unsigned kMostArrowDepth = 60;

// Gives the columns and all fields inside them names as readers want them: an empty or taken one
// gets `_2`, `_3` and so on behind it.
void name_fields(std::vector<ArrowField>& columns);

}  // namespace arbors::exec
