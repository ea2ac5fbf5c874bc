#include <algorithm>

#include "engine/base/path.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"
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
    {"format", "auto, jsonl, array, json, seq or arrow",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind != JsonKind::String) return false;
       options.arrow = value.text == "arrow";
       if (!options.arrow) options.format = json::format_of(value.text);
       return true;
     }},
    {"on_error", "'abort' or 'skip'",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind != JsonKind::String) return false;
       options.on_error = value.text == "skip" ? OnError::Skip : OnError::Abort;
       return value.text == "skip" || value.text == "abort";
     }},
    {"rejects", "the name of a table",
     [](ImportOptions& options, const JsonValue& value) {
       options.rejects = value.text;
       return value.kind == JsonKind::String && !value.text.empty();
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
    {"path", "keys to the trees within a document, such as 'data.items'",
     [](ImportOptions& options, const JsonValue& value) {
       if (value.kind != JsonKind::String) return false;
       options.path.clear();
       for (const PathStep& step : parse_path(value.text).steps) {
         if (step.kind != PathStep::Kind::Key) return false;
         options.path.push_back(step.key);
       }
       return !options.path.empty();
     }},
    {"source", "a key for the file's name",
     [](ImportOptions& options, const JsonValue& value) {
       options.source = value.text;
       return value.kind == JsonKind::String && !value.text.empty();
     }},
    {"if_exists", "'append', 'replace' or 'fail'",
     [](ImportOptions& options, const JsonValue& value) {
       constexpr std::string_view kWords[] = {"append", "replace", "fail"};
       const auto* word = std::find(std::begin(kWords), std::end(kWords), value.text);
       options.if_exists = static_cast<IfExists>(word - std::begin(kWords));
       return value.kind == JsonKind::String && word != std::end(kWords);
     }},
    {"on_conflict", "'error', 'replace', 'ignore' or 'merge'",
     [](ImportOptions& options, const JsonValue& value) {
       constexpr std::string_view kWords[] = {"error", "replace", "ignore", "merge"};
       const auto* word = std::find(std::begin(kWords), std::end(kWords), value.text);
       options.on_conflict = static_cast<OnConflict>(word - std::begin(kWords));
       return value.kind == JsonKind::String && word != std::end(kWords);
     }},
    {"nonfinite", "'error' or 'null'",
     [](ImportOptions& options, const JsonValue& value) {
       options.nonfinite_null = value.text == "null";
       return value.kind == JsonKind::String && (value.text == "null" || value.text == "error");
     }},
    {"lenient", "true or false",
     [](ImportOptions& options, const JsonValue& value) {
       options.lenient = value.kind == JsonKind::True;
       return value.kind == JsonKind::True || value.kind == JsonKind::False;
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
  if (!options.rejects.empty() && !options.skips())
    throw_invalid("the option 'rejects' wants on_error = skip");
  return options;
}

namespace {

void add_count(std::string& out, std::string_view name, std::uint64_t count) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  json::write_integer(out, static_cast<std::int64_t>(count));
}

void add_text(std::string& out, std::string_view name, std::string_view text) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  json::write_string(out, text);
}

void add_rejected(std::string& out, const Rejected& each, bool with_file) {
  out += '{';
  if (with_file) add_text(out, "file", each.file);
  add_count(out, "line", each.fault.line);
  add_count(out, "byte", each.fault.byte);
  add_count(out, "byte_of_line", each.fault.line_byte);
  add_text(out, "reason", each.fault.reason);
  out += '}';
}

}  // namespace

std::string ImportReport::to_json() const {
  std::string out = "{";
  add_count(out, "files", files);
  add_count(out, "trees", trees);
  add_count(out, "bytes", bytes);
  out += ",\"seconds\":";
  json::write_real(out, static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000);
  add_count(out, "rejected", rejected);
  add_count(out, "replaced", replaced);
  if (!first_rejected.empty()) {
    out += ",\"first_rejected\":[";
    for (const Rejected& each : first_rejected) {
      if (out.back() == '}') out += ',';
      add_rejected(out, each, files > 1);
    }
    out += ']';
  }
  return out + '}';
}

}  // namespace arbors::store
