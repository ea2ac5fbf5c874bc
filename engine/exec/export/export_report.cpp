#include <cstdio>

#include "engine/base/error.h"
#include "engine/exec/export/export.h"
#include "engine/exec/export/export_format.h"
#include "engine/json/json_value.h"
#include "engine/json/normalizer.h"

namespace arbors::exec {

ExportOptions parse_export_options(std::string_view json) {
  const std::string text = json::normalize(json);
  if (json::decode(text).kind != json::JsonKind::Object)
    throw_invalid("the options of an export are a JSON object, such as {\"format\":\"jsonl\"}");
  ExportOptions options;
  json::for_each_member(text, [&](std::string_view key, std::string_view raw) {
    if (key != "format")
      throw_invalid("no such option of an export: " + std::string(key) + " (there is: format)");
    const json::JsonValue value = json::decode(raw);
    if (value.kind != json::JsonKind::String)
      throw_invalid("the option format of an export is the name of a format, not " +
                    std::string(raw));
    kind_of_file("", value.text);  // refuses a name that is none
    options.format = value.text;
    return true;
  });
  return options;
}

std::string ExportReport::to_json() const {
  char text[120];
  std::snprintf(text, sizeof text, R"({"trees":%llu,"bytes":%llu,"seconds":%.6f})",
                static_cast<unsigned long long>(trees), static_cast<unsigned long long>(bytes),
                seconds);
  return text;
}

}  // namespace arbors::exec
