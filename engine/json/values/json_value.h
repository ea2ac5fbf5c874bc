// Reads into minimal JSON text (opaque subtrees) without building anything: follows keys and
// indices, gives back scalars decoded and containers as the piece of text they are. Paths into
// opaque columns are evaluated with it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/path.h"

namespace arbors::json {

enum class JsonKind : std::uint8_t {
  Missing,  // the path leads nowhere
  Null,
  False,
  True,
  Integer,
  Real,
  BigNumber,  // `text` holds the digits, `real` the nearest double
  String,     // `text` holds it unescaped
  Object,     // `text` holds its JSON text
  Array,      // likewise
};

struct JsonValue {
  JsonKind kind = JsonKind::Missing;
  std::int64_t integer = 0;
  double real = 0;  // Real; BigNumber's nearest
  std::string text;
};

// Follows Key and Index steps (negative indices count from the end); gives Missing where the text
// has no such value or a step does not fit its kind. Every steps are the caller's: see
// for_each_element. `json` must be valid JSON; what is not is Error{Corrupt}, never a wild read.
JsonValue find(std::string_view json, std::span<const PathStep> steps);

// The same of a text in which no object has a key twice, as in all that is stored: reads no further
// than the value.
JsonValue find_in_minimal(std::string_view json, std::span<const PathStep> steps);

// Gives the raw text of the value that `steps` lead to, a view into `json`; empty where missing.
std::string_view find_raw(std::string_view json, std::span<const PathStep> steps);

// The same of a text in which no object has a key twice, as above.
std::string_view find_raw_in_minimal(std::string_view json, std::span<const PathStep> steps);

// Decodes one value's raw text.
JsonValue decode(std::string_view raw);

// Calls `each` with the raw text of every element of an array, in order, until it returns false.
// Does nothing where `json` is no array.
void for_each_element(std::string_view json, const std::function<bool(std::string_view)>& each);

// The same for an object's members; keys come unescaped.
void for_each_member(std::string_view json,
                     const std::function<bool(std::string_view key, std::string_view raw)>& each);

}  // namespace arbors::json
