#include "engine/exec/query/explain_options.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/base/value.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"

namespace arbors::exec {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\n"), text.size());
  const std::size_t end = text.find_last_not_of(" \t\n");
  return begin == text.size() ? std::string_view() : text.substr(begin, end - begin + 1);
}

void set_bound(RunBounds& bounds, std::string_view name, const Value& number) {
  const bool count = number.kind == ValueKind::Integer && number.integer >= 0;
  if (name == "max_trees" && count) {
    bounds.max_trees = static_cast<std::uint64_t>(number.integer);
  } else if (name == "time_budget_ms" && count) {
    constexpr std::int64_t kLongest = 1'000'000'000'000;  // counted in nanoseconds it still fits
    bounds.time_budget = std::chrono::milliseconds(std::min(number.integer, kLongest));
  } else {
    throw_invalid("no such option, or not a value of it: " + excerpt(name) +
                  " (there are: max_trees=N, time_budget_ms=N and sections)");
  }
}

void read_words(std::string_view options, RunBounds& bounds, std::string& sections) {
  for (const std::string_view word : words_in(options)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      sections.append(sections.empty() ? "" : ",").append(word);
    } else {
      const Value text = Value::of(std::string(trimmed(word.substr(equals + 1))));
      set_bound(bounds, trimmed(word.substr(0, equals)), apply_affinity(text, Affinity::Integer));
    }
  }
}

void read_json(std::string_view options, RunBounds& bounds, std::string& sections) {
  const std::string object = json::normalize(options);
  json::for_each_member(object, [&](std::string_view name, std::string_view raw) {
    const json::JsonValue value = json::decode(raw);
    if (name == "sections" && value.kind == json::JsonKind::String) {
      sections = value.text;
    } else {
      set_bound(bounds, name,
                value.kind == json::JsonKind::Integer ? Value::of(value.integer) : Value::null());
    }
    return true;
  });
}

}  // namespace

std::vector<std::string_view> words_in(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = trimmed(list.substr(0, comma));
    if (!word.empty()) words.push_back(word);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

RunBounds parse_run_bounds(std::string_view options, std::string& sections) {
  RunBounds bounds;
  if (trimmed(options).starts_with('{'))
    read_json(options, bounds, sections);
  else
    read_words(options, bounds, sections);
  return bounds;
}

}  // namespace arbors::exec
