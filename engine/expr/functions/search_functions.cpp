// Functions that look for one text in another.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/search/code_points.h"
#include "engine/expr/search/regex.h"
#include "engine/expr/search/text_search.h"
#include "engine/json/values/writer.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

void instr(Arguments args, VectorBuilder& out) {
  std::array<std::string, 2> buffers;
  const std::string_view text = text_of(args[0], buffers[0]);
  const std::size_t at = find_text(text, text_of(args[1], buffers[1]));
  const bool found = at != std::string_view::npos;
  out.append_integer(found ? static_cast<std::int64_t>(utf8_length(text.substr(0, at))) + 1 : 0);
}

void starts_with(Arguments args, VectorBuilder& out) {
  std::array<std::string, 2> buffers;
  out.append_bool(text_of(args[0], buffers[0]).starts_with(text_of(args[1], buffers[1])));
}

void ends_with(Arguments args, VectorBuilder& out) {
  std::array<std::string, 2> buffers;
  out.append_bool(text_of(args[0], buffers[0]).ends_with(text_of(args[1], buffers[1])));
}

void contains(Arguments args, VectorBuilder& out) {
  std::array<std::string, 2> buffers;
  const std::string_view text = text_of(args[0], buffers[0]);
  out.append_bool(find_text(text, text_of(args[1], buffers[1])) != std::string_view::npos);
}

void split(Arguments args, VectorBuilder& out) {
  std::array<std::string, 2> buffers;
  const std::string_view text = text_of(args[0], buffers[0]);
  const std::string_view separator = text_of(args[1], buffers[1]);
  if (separator.empty()) throw_invalid("split: the separator must not be empty");
  PolledSteps steps;
  std::string parts = "[";
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(find_text(text, separator, at), text.size());
    if (at > 0) parts += ',';
    json::write_string(parts, text.substr(at, end - at));
    steps.step(1 + (end - at) / kBytesAStep);
    at = end + separator.size();
  }
  out.append_json(parts + ']');
}

// Compiles a pattern once while it stays the same from row to row.
void regexp_like(CallFrame& frame) {
  std::optional<Regex> regex;
  std::string compiled;
  std::array<std::string, 2> buffers;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar text = frame.args[0][i];
    const Scalar pattern = frame.args[1][i];
    if (text.is_null() || pattern.is_null()) {
      frame.out.append_null();
      continue;
    }
    const std::string_view source = text_of(pattern, buffers[1]);
    if (!regex || compiled != source) {
      regex.emplace(source);
      compiled = source;
    }
    frame.out.append_bool(regex->found_in(text_of(text, buffers[0])));
  }
}

void check_pattern(std::span<const ExprPtr> args) {
  const auto* pattern = args[1]->as<Constant>();
  if (pattern != nullptr && pattern->value.is_text()) const Regex compiled(pattern->value.text);
}

constexpr std::array<Function, 6> kSearchFunctions{{
    {"instr", 2, 2, "instr(text, part)", "position of the first part, counted from 1; 0 if none",
     kScalar, each_known_row<instr>},
    {"starts_with", 2, 2, "starts_with(text, part)", "true if text begins with part", kScalar,
     each_known_row<starts_with>},
    {"ends_with", 2, 2, "ends_with(text, part)", "true if text ends with part", kScalar,
     each_known_row<ends_with>},
    {"contains", 2, 2, "contains(text, part)", "true if part is somewhere in text", kScalar,
     each_known_row<contains>},
    {"split", 2, 2, "split(text, separator)", "the parts of text, as a list", kScalar,
     each_known_row<split>},
    {"regexp_like", 2, 2, "regexp_like(text, pattern)",
     "true if the regular expression matches somewhere in text", kScalar, regexp_like,
     check_pattern},
}};

}  // namespace

std::span<const Function> search_functions() { return kSearchFunctions; }

}  // namespace arbors::expr
