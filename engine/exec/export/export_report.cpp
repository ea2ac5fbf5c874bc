#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/exec/export/export.h"
#include "engine/exec/export/export_format.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"

namespace arbors::exec {

namespace {

bool truth_of(const std::string& name, const json::JsonValue& value, std::string_view raw) {
  const bool is = value.kind == json::JsonKind::True ||
                  (value.kind == json::JsonKind::Integer && value.integer == 1);
  const bool is_not = value.kind == json::JsonKind::False ||
                      (value.kind == json::JsonKind::Integer && value.integer == 0);
  if (!is && !is_not)
    throw_invalid("the option " + name + " is true or false, not " + excerpt(raw));
  return is;
}

void set_format(const json::JsonValue& value, std::string_view raw, ExportOptions& options) {
  if (value.kind != json::JsonKind::String)
    throw_invalid("the option format of an export is the name of a format, not " + excerpt(raw));
  kind_of_file("", value.text);  // refuses a name that is none
  options.format = value.text;
}

void set_arrow_json(const json::JsonValue& value, std::string_view raw, ExportOptions& options) {
  options.arrow_json = truth_of("arrow_json", value, raw);
}

struct OptionRow {
  std::string_view name;
  void (*set)(const json::JsonValue& value, std::string_view raw, ExportOptions& options);
};
constexpr std::array kOptions{OptionRow{"format", set_format},
                              OptionRow{"arrow_json", set_arrow_json}};

std::string names(std::span<const OptionRow> rows) {
  std::string names;
  for (const OptionRow& row : rows) names.append(names.empty() ? "" : ", ").append(row.name);
  return names;
}

// Reads the options that `rows` name; `what` has them.
void read_options(std::string_view json, std::string_view what, std::span<const OptionRow> rows,
                  ExportOptions& options) {
  const std::string text = json::normalize(json);
  if (json::decode(text).kind != json::JsonKind::Object)
    throw_invalid("the options of " + std::string(what) + " are a JSON object of: " + names(rows));
  json::for_each_member(text, [&](std::string_view key, std::string_view raw) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [key](const OptionRow& option) { return option.name == key; });
    if (row == rows.end())
      throw_invalid("no such option of " + std::string(what) + ": " + excerpt(key) +
                    " (there are: " + names(rows) + ')');
    row->set(json::decode(raw), raw, options);
    return true;
  });
}

}  // namespace

ExportOptions parse_export_options(std::string_view json) {
  ExportOptions options;
  read_options(json, "an export", kOptions, options);
  return options;
}

ArrowOptions parse_arrow_options(std::string_view json) {
  ExportOptions options;
  options.arrow_json = false;
  read_options(json, "an Arrow stream", std::span(kOptions).subspan(1), options);
  return {options.arrow_json};
}

std::string ExportReport::to_json() const {
  char text[120];
  std::snprintf(text, sizeof text, R"({"trees":%llu,"bytes":%llu,"seconds":%.6f})",
                static_cast<unsigned long long>(trees), static_cast<unsigned long long>(bytes),
                seconds);
  return text;
}

}  // namespace arbors::exec
