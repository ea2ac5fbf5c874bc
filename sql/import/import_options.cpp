#include "engine/json/json_value.h"
#include "engine/json/normalizer.h"
#include "engine/json/writer.h"
#include "sql/import/import.h"

namespace arbors::store {

namespace {

using json::JsonKind;
using json::JsonValue;

struct Option {
  std::string_view name;
  std::string_view wants;
  // False where the value is not what the option wants.
  bool (*set)(ImportOptions& options, const JsonValue& value);
};

constexpr Option kOptions[] = {
    {"format", "auto, jsonl, array or json",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind != JsonKind::String) return false;
       options.format = json::format_of(value.text);
       return true;
     }},
    {"on_error", "'abort' or 'skip'",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind != JsonKind::String) return false;
       options.on_error = value.text == "skip" ? OnError::Skip : OnError::Abort;
       return value.text == "skip" || value.text == "abort";
     }},
    {"limit", "a count of trees",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind == JsonKind::Null) return true;
       if (value.kind != JsonKind::Integer || value.integer < 0) return false;
       options.limit = static_cast<std::uint64_t>(value.integer);
       return true;
     }},
    {"progress", "true or false",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind != JsonKind::True && value.kind != JsonKind::False) return false;
       options.progress = value.kind == JsonKind::True;
       return true;
     }},
};

void set_option(ImportOptions& options, std::string_view name, std::string_view raw) {
  std::string known;
  for (const Option& option : kOptions) {
    if (option.name == name) {
      if (option.set(options, json::decode(raw))) return;
      throw_invalid("the option '" + std::string(name) + "' wants " + std::string(option.wants) +
                    ", not " + std::string(raw));
    }
    known += (known.empty() ? "" : ", ") + std::string(option.name);
  }
  throw_invalid("unknown option '" + std::string(name) + "' (there are: " + known + ")");
}

}  // namespace

ImportOptions parse_import_options(std::string_view json) {
  ImportOptions options;
  std::string text;
  try {
    text = json::normalize(json);
  } catch (const Error& error) {
    throw_invalid(std::string("the options are not JSON: ") + error.what());
  }
  if (!text.starts_with('{')) throw_invalid("the options must be a JSON object, not " + text);
  json::for_each_member(text, [&](std::string_view name, std::string_view raw) {
    set_option(options, name, raw);
    return true;
  });
  return options;
}

std::string ImportReport::to_json() const {
  std::string out = "{\"trees\":";
  json::write_integer(out, static_cast<std::int64_t>(trees));
  out += ",\"bytes\":";
  json::write_integer(out, static_cast<std::int64_t>(bytes));
  out += ",\"seconds\":";
  json::write_real(out, static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000);
  out += ",\"rejected\":";
  json::write_integer(out, static_cast<std::int64_t>(rejected));
  if (!first_rejected.empty()) {
    out += ",\"first_rejected\":[";
    for (const RejectedLine& line : first_rejected) {
      if (out.back() == '}') out += ',';
      out += "{\"line\":";
      json::write_integer(out, static_cast<std::int64_t>(line.line));
      out += ",\"byte\":";
      json::write_integer(out, static_cast<std::int64_t>(line.byte));
      out += ",\"reason\":";
      json::write_string(out, line.reason);
      out += '}';
    }
    out += ']';
  }
  return out + '}';
}

}  // namespace arbors::store
