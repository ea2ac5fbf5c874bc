#include "engine/json/input/format.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/error.h"
#include "engine/json/input/bracket_scanner.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
};
constexpr std::array<FormatName, 5> kFormats = {{{Format::Auto, "auto"},
                                                 {Format::Lines, "jsonl"},
                                                 {Format::Array, "array"},
                                                 {Format::Values, "json"},
                                                 {Format::Records, "seq"}}};
constexpr char kRecordSeparator = '\x1E';

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

std::size_t value_end(std::string_view text, std::size_t begin) {
  return BracketScanner(BracketScanner::Until::Value).scan(text, begin);
}

bool is_valid(std::string_view text) {
  try {
    normalize(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Says whether the first value of a text is no JSON. Of one that goes on after the text only the
// first line can be judged: a bracket alone begins many a well-formed value.
bool begins_broken(std::string_view text, bool whole) {
  const std::size_t begin = skip_space(text, 0);
  const std::size_t end = value_end(text, begin);
  if (end != std::string_view::npos) return !is_valid(text.substr(begin, end - begin));
  if (whole) return !is_valid(text.substr(begin));
  return skip_space(text, begin + 1) <= line_end(text, begin);
}

// Says whether a first line that opens an array and does not end it is a broken line among others:
// the second line is a value of its own, and the third goes on as none can within an array.
bool is_broken_line(std::string_view text, std::size_t begin) {
  const std::size_t second = skip_space(text, line_end(text, begin));
  const std::size_t end = line_end(text, second);
  const std::size_t third = skip_space(text, end);
  if (third == text.size() || std::string_view(",]}:").find(text[third]) != std::string_view::npos)
    return false;
  return is_valid(text.substr(second, end - second));
}

// The format of a text whose first line, which ends at `line`, has several values: values, but
// where broken lines are skipped, and others follow, it is one of those.
Format of_several_values(std::string_view text, std::size_t line, const FormatHints& hints) {
  const bool broken = hints.names_lines && hints.skip && skip_space(text, line) < text.size();
  return broken ? Format::Lines : Format::Values;
}

Look look_at_array(std::string_view text, std::size_t begin, bool whole, const FormatHints& hints) {
  const std::size_t end = value_end(text, begin), line = line_end(text, begin);
  const bool lines = hints.names_lines;
  const std::size_t next = end == std::string_view::npos ? end : skip_space(text, end);
  if (lines) {
    if (end == std::string_view::npos || end > line)
      return {is_broken_line(text, begin) ? Format::Lines : Format::Array};
    return {next < line ? of_several_values(text, line, hints) : Format::Lines};
  }
  if (end == std::string_view::npos || next == text.size()) return {Format::Array, whole};
  // Where brackets lack, the end that they tell is none.
  if (hints.skip && !is_valid(text.substr(begin, end - begin))) return {Format::Array};
  return {next < line || end > line ? Format::Values : Format::Lines};
}

}  // namespace

bool names_lines(std::string_view file) {
  for (const std::string_view packed : {".gz", ".zst"})
    if (file.ends_with(packed)) file.remove_suffix(packed.size());
  return file.ends_with(".jsonl") || file.ends_with(".ndjson") || file.ends_with(".jl");
}

Format format_of(std::string_view option) {
  for (const FormatName& each : kFormats)
    if (each.name == option) return each.format;
  std::string names;
  for (const FormatName& each : kFormats)
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  throw_invalid("unknown format '" + std::string(option) + "' (there are: " + names + ")");
}

std::string_view name_of(Format format) { return kFormats[static_cast<std::size_t>(format)].name; }

Look look(std::string_view text, bool whole, const FormatHints& hints) {
  const std::size_t begin = skip_space(text, 0);
  if (begin == text.size()) return {Format::Lines};
  if (text[begin] == kRecordSeparator) return {Format::Records};
  if (text[begin] == '[') return look_at_array(text, begin, whole, hints);
  if ((hints.names_lines || hints.skip) && begins_broken(text, whole)) return {Format::Lines};
  std::size_t end = value_end(text, begin);
  if (end == std::string_view::npos && whole) end = text.size();
  // A value over several lines, or a second one in the first line: not lines.
  const std::size_t line = line_end(text, begin);
  if (end > line) return {Format::Values};
  if (skip_space(text, end) < line) return {of_several_values(text, line, hints)};
  return {Format::Lines};
}

bool wants_more(std::string_view text, const FormatHints& hints) {
  const std::size_t begin = skip_space(text, 0);
  return hints.names_lines && begin < text.size() && text[begin] == '[' &&
         text.find('\n', begin) == std::string_view::npos &&
         value_end(text, begin) == std::string_view::npos;
}

}  // namespace arbors::json
