#include "engine/plan/help.h"

#include "engine/base/error.h"
#include "engine/expr/function.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/nearest_name.h"
#include "engine/plan/optimize/optimizer.h"
#include "engine/plan/stage.h"

namespace arbors::plan {
namespace {

constexpr std::string_view kGrammar = "plan := source ('|' stage)*";

std::string text(std::string_view view) { return std::string(view); }

void line(std::string& out, std::string_view what, std::string_view help) {
  out += "  " + text(what) + "\n      " + text(help) + "\n";
}

void row(std::string& out, std::string_view what, std::string_view help) {
  std::string escaped;
  for (const char c : what) escaped += c == '|' ? "\\|" : std::string(1, c);
  out += "| `" + escaped + "` | " + text(help) + " |\n";
}

// Calls each(heading), then each entry of the heading's table.
template <typename Heading, typename Entry>
void walk(Heading heading, Entry entry) {
  heading("sources");
  for (const SourceInfo& source : source_forms()) entry(source.syntax, source.help);
  heading("stages");
  for (const StageInfo& stage : stages()) entry(stage.syntax, stage.help);
  heading("aggregates, each with an optional filter (where e)");
  for (const AggregateInfo& info : aggregates()) entry(info.syntax, info.help);
  heading("functions");
  for (const expr::Function& function : expr::functions()) entry(function.signature, function.help);
}

}  // namespace

std::string help(std::string_view topic) {
  std::string out;
  if (topic.empty()) {
    out = text(kGrammar) + "\n";
    walk([&](std::string_view heading) { out += "\n" + text(heading) + ":\n"; },
         [&](std::string_view what, std::string_view help) { line(out, what, help); });
    return out;
  }
  std::vector<std::string_view> names = stage_names();
  if (const StageInfo* stage = find_stage(topic)) {
    line(out, stage->syntax, stage->help);
    out += "      for example: " + text(stage->example) + "\n";
  }
  for (const AggregateInfo& info : aggregates()) names.push_back(info.name);
  if (const AggregateInfo* info = find_aggregate(topic))
    line(out, text(info->syntax) + "   (aggregate)", info->help);
  for (const expr::Function& function : expr::functions()) names.push_back(function.name);
  if (const expr::Function* function = expr::find_function(topic))
    line(out, text(function->signature) + "   (function)", function->help);
  if (out.empty())
    throw Error(ErrorCode::NotFound, "no help on " + text(topic) + suggestion(topic, names));
  return out;
}

std::string reference_page() {
  std::string out = "# Plans: the language\n\n`" + text(kGrammar) + "`\n";
  walk(
      [&](std::string_view heading) {
        out += "\n## " + text(heading) + "\n\n| write | it does |\n| --- | --- |\n";
      },
      [&](std::string_view what, std::string_view help) { row(out, what, help); });
  out += "\n## rules of the optimizer\n\n| rule | it does |\n| --- | --- |\n";
  for (const Rule& rule : rules()) row(out, rule.name, rule.help);
  return out;
}

}  // namespace arbors::plan
