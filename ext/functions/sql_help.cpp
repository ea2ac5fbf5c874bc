#include "ext/functions/sql_help.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/base/value.h"
#include "engine/plan/help.h"
#include "engine/plan/nearest_name.h"

namespace arbors::ext {
namespace {

constexpr std::array<HelpEntry, 38> kFunctions{{
    {"arbor_import", "arbor_import(name, file [, options])",
     "reads a file, a glob (in order of name) or a JSON array of these into an Arbor, made if "
     "absent; all or nothing; gives a report. Options (JSON): format, on_error (abort, skip), "
     "rejects (a table's name), limit, progress, path (of the array inside each document), source "
     "(a field that gets the file's name), if_exists (append, replace, fail), on_conflict (error, "
     "replace, ignore, merge), nonfinite (error, null), lenient",
     "SELECT arbor_import('logs', 'logs/*.jsonl.zst', '{\"source\":\"file\"}')"},
    {"arbor_append", "arbor_append(name, json [, options])",
     "the same from a text or blob; with {\"format\":\"arrow\"} from an Arrow IPC stream",
     "SELECT arbor_append('players', '[{\"id\":1},{\"id\":2}]')"},
    {"arbor_export", "arbor_export(plan, file [, options, params…])",
     "writes a plan's trees to a file, .jsonl, .json or .arrow, also .gz and .zst, which appears "
     "when "
     "it is whole; gives their number. Options (JSON): format, arrow_json",
     "SELECT arbor_export('players | filter bats = ''L''', 'left.jsonl')"},
    {"arbor_save", "arbor_save(name, plan [, params…])",
     "runs a plan and stores its trees under a name, made or replaced as a new generation; gives "
     "their number",
     "SELECT arbor_save('left', 'players | filter bats = ?1', 'L')"},
    {"arbor_save_multiple", "arbor_save_multiple(json)",
     "stores several plans' trees, {\"name\": \"plan\", …}, all or nothing, reading the state "
     "before the call",
     "SELECT arbor_save_multiple('{\"left\":\"players | filter bats = ''L''\"}')"},
    {"arbor_delete", "arbor_delete(name)", "drops an Arbor: 1, or 0 if there was none",
     "SELECT arbor_delete('left')"},
    {"arbor_sync", "arbor_sync(name)",
     "declares columns for paths that SQL writes brought; gives the number of columns",
     "SELECT arbor_sync('players')"},
    {"arbor_optimize", "arbor_optimize(name)",
     "merges small batches and rows written one by one; answers and rowids stay",
     "SELECT arbor_optimize('players')"},
    {"arbor_vacuum", "arbor_vacuum(name [, keep])",
     "drops generations older than the newest `keep` (0) besides the current, but those that a "
     "tag, retain_for or a handle keeps; gives the bytes freed",
     "SELECT arbor_vacuum('players', 2)"},
    {"arbor_check", "arbor_check(name)", "ok, or a line per fault of the stored form",
     "SELECT arbor_check('players')"},
    {"arbor_option", "arbor_option(name, option [, value])",
     "reads or sets an option of an Arbor that stands: key, retain, retain_for, batch_trees; NULL "
     "takes a key away",
     "SELECT arbor_option('players', 'key', 'id')"},
    {"arbor_create_index", "arbor_create_index(name, path)",
     "keeps an index on a path up to date, for =, IN, ranges, joins and the first rows of an "
     "ORDER BY; on the elements of arrays (tags[*], items[*].sku) for list_contains, list_any and "
     "json_each in plans, MATCH and SELECTs of the engine",
     "SELECT arbor_create_index('players', 'birth.year')"},
    {"arbor_drop_index", "arbor_drop_index(name, path)",
     "drops an index: 1, or 0 if there was none",
     "SELECT arbor_drop_index('players', 'birth.year')"},
    {"arbor_tag", "arbor_tag(name, tag [, when])",
     "names a generation (the newest), which stays readable until the tag is taken off; gives the "
     "generation",
     "SELECT arbor_tag('players', 'before_import')"},
    {"arbor_untag", "arbor_untag(name, tag)", "takes a tag off: 1, or 0 if there was none",
     "SELECT arbor_untag('players', 'before_import')"},
    {"arbor_generation", "arbor_generation(name, when)",
     "the generation of a number, a tag, a time (UTC: the newest not later) or a step back from "
     "now ('-1 day')",
     "SELECT count(*) FROM players WHERE _generation = arbor_generation('players', '-1 day')"},
    {"arbor_restore", "arbor_restore(name, when)",
     "makes an Arbor what it was then, rowids and positions included, as a new generation; gives "
     "the trees that changed",
     "SELECT arbor_restore('players', 'before_import')"},
    {"arbor_config", "arbor_config(key [, value])",
     "reads or sets a setting of this connection: files, cache_bytes, threads, max_buffer_trees, "
     "max_group_keys, max_index_entries, max_tree_bytes, parallel_trees, max_window_bytes, "
     "strict_paths, dqs",
     "SELECT arbor_config('cache_bytes', 268435456)"},
    {"arbor_stats", "arbor_stats()", "counters of work done, as JSON", "SELECT arbor_stats()"},
    {"arbor_reset_stats", "arbor_reset_stats()", "sets these counters to 0",
     "SELECT arbor_reset_stats()"},
    {"arbor_version", "arbor_version()", "version, storage format, libraries",
     "SELECT arbor_version()"},
    {"arbor_count", "arbor_count(plan [, params…])", "the number of a plan's trees",
     "SELECT arbor_count('players | filter birth.year > ?1', 1980)"},
    {"arbor_any", "arbor_any(plan, e [, params…])", "1 if e is true of a tree, else 0",
     "SELECT arbor_any('players', 'weight > 300')"},
    {"arbor_all", "arbor_all(plan, e [, params…])", "1 if e is true of every tree, else 0",
     "SELECT arbor_all('players', 'exists(id)')"},
    {"arbor_matching_indices", "arbor_matching_indices(plan, e [, params…])",
     "the positions of the trees for which e is true, as a JSON array",
     "SELECT arbor_matching_indices('players', 'weight > 300')"},
    {"arbor_find_one", "arbor_find_one(plan, e [, params…])",
     "the first tree for which e is true, or NULL",
     "SELECT arbor_find_one('players', 'id = ?1', 'ruthba01')"},
    {"arbor_find_one_or_error", "arbor_find_one_or_error(plan, e [, params…])",
     "the same, or an error where there is none",
     "SELECT arbor_find_one_or_error('players', 'id = ''ruthba01''')"},
    {"arbor_get", "arbor_get(plan, i [, params…])",
     "the tree at a position, or NULL; below 0 counts from the end",
     "SELECT arbor_get('players', -1)"},
    {"arbor_collect_tree", "arbor_collect_tree(plan [, params…])",
     "the only tree of a plan; an error unless there is exactly one",
     "SELECT arbor_collect_tree('players | aggregate count() as n')"},
    {"arbor_lookup", "arbor_lookup(plan, key… [, params…])",
     "the tree under a key of a plan with an index_by, or NULL",
     "SELECT arbor_lookup('players | index_by id', 'ruthba01')"},
    {"arbor_json", "arbor_json(plan [, params…])", "all trees as one JSON array",
     "SELECT arbor_json('players | head 3')"},
    {"arbor_explain", "arbor_explain(plan [, sections])",
     "what a plan means, how it runs and what it decodes, without reading data; sections among "
     "logical, optimized, physical, decode_plan, costs",
     "SELECT arbor_explain('players | filter bats = ''L''', 'physical')"},
    {"arbor_explain_analyze", "arbor_explain_analyze(plan [, options])",
     "the same and what a run observed; options: sections, max_trees=N, time_budget_ms=N",
     "SELECT arbor_explain_analyze('players | filter bats = ''L''', 'max_trees=1000')"},
    {"arbor_help", "arbor_help([topic])",
     "this; a topic is a function, a table, a stage, an aggregate, or functions, tables, sources, "
     "stages, aggregates, language, paths, operators, order, sql, rules, reference",
     "SELECT arbor_help('group_by')"},
    {"arbor_match", "arbor_match(e, params…)",
     "the text of a condition for MATCH with its parameters put in",
     "SELECT id FROM players WHERE players MATCH arbor_match('bats = ?1', 'L')"},
    {"arbor_open", "arbor_open(plan [, params…])",
     "keeps a plan's result as it is now: gives a handle ('@1'), which stands wherever a plan does",
     "SELECT arbor_open('players | filter bats = ''L''')"},
    {"arbor_refresh", "arbor_refresh(handle)",
     "a new handle of the same plan on the newest generations", "SELECT arbor_refresh('@1')"},
    {"arbor_close", "arbor_close(handle)", "releases a handle", "SELECT arbor_close('@1')"},
}};

constexpr std::array<HelpEntry, 11> kTables{{
    {"arbor", "CREATE VIRTUAL TABLE name USING arbor([column [type], …] [, option=value, …])",
     "an Arbor as a table: declared columns first, then one for each path found in the data; "
     "hidden _tree, _index, _generation, _patch. Options: key, batch_trees, retain, retain_for, "
     "columns=declared",
     "CREATE VIRTUAL TABLE players USING arbor(key=id)"},
    {"arbor_view", "CREATE VIRTUAL TABLE name USING arbor_view(plan)",
     "a plan as a table with a column per selected field; filters, limits and orders on it are "
     "pushed into the plan",
     "CREATE VIRTUAL TABLE teams USING arbor_view('players | group_by team { count() as n }')"},
    {"arbor_rows", "arbor_rows(plan [, params…])", "idx, tree: a plan's trees, streamed",
     "SELECT tree FROM arbor_rows('players | head 3')"},
    {"arbor_file_rows", "arbor_file_rows(plan [, params…])",
     "the same where plans may read file('…'); not from views, triggers or the schema",
     "SELECT tree FROM arbor_file_rows('file(''players.jsonl'') | head 3')"},
    {"arbor_arrow", "arbor_arrow(plan [, params…])",
     "idx, message: a plan's trees as the messages of an Arrow IPC stream",
     "SELECT message FROM arbor_arrow('players | select id')"},
    {"arbor_marshal", "arbor_marshal(plan [, params…])",
     "idx, trees: a plan's trees, several at a time, in Python's marshal format, for its package",
     "SELECT count(*) FROM arbor_marshal('players | head 3')"},
    {"arbor_marshal_rows", "arbor_marshal_rows(plan [, params…])",
     "idx, rows: the same where trees are lists of the same fields, field by field",
     "SELECT count(*) FROM arbor_marshal_rows('players | head 3')"},
    {"arbor_list", "arbor_list",
     "schema, name, trees, batches, bytes, generation, columns of every Arbor",
     "SELECT name, trees FROM arbor_list"},
    {"arbor_schema", "arbor_schema(name)",
     "path, column, kinds, count, nulls, min, max, distinct (an estimate), bytes of every path",
     "SELECT path, kinds, count FROM arbor_schema('players')"},
    {"arbor_history", "arbor_history(name)",
     "generation, time, trees, added, removed, tag, kept (why: newest, age, tag, handle) of every "
     "readable generation",
     "SELECT generation, time, tag FROM arbor_history('players')"},
    {"arbor_diff", "arbor_diff(name, from [, to])",
     "rowid, change (added, removed, changed), path, old, new: what differs between two "
     "generations, tags or times",
     "SELECT rowid, path, old, new FROM arbor_diff('players', '-1 day')"},
}};

void add_entry(std::string& out, const HelpEntry& entry) {
  out.append("  ").append(entry.syntax).append("\n      ").append(entry.help).append("\n");
}

// A part of the extension's help, under its heading.
struct Part {
  std::string_view name;
  std::string_view heading;
  std::span<const HelpEntry> entries;
};
constexpr std::array<Part, 2> kParts{
    {{"functions", "SQL functions", kFunctions}, {"tables", "tables", kTables}}};

void add_part(std::string& out, const Part& part) {
  out.append(part.heading).append(":\n");
  for (const HelpEntry& entry : part.entries) add_entry(out, entry);
}

bool same(std::string_view left, std::string_view right) {
  return compare(left, right, Collation::NoCase) == 0;
}

[[noreturn]] void refuse(std::string_view topic) {
  std::vector<std::string_view> names;
  for (const Part& part : kParts)
    for (const HelpEntry& entry : part.entries) names.push_back(entry.name);
  throw Error(ErrorCode::NotFound, "no help on " + excerpt(topic) + plan::suggestion(topic, names));
}

}  // namespace

std::span<const HelpEntry> function_help() { return kFunctions; }
std::span<const HelpEntry> table_help() { return kTables; }

std::string sql_help(std::string_view topic) {
  std::string out;
  for (const Part& part : kParts) {
    for (const HelpEntry& entry : part.entries) {
      if (!same(entry.name, topic)) continue;
      add_entry(out, entry);
      return out.append("      for example: ").append(entry.example).append("\n");
    }
    if (!same(part.name, topic)) continue;
    add_part(out, part);
    return part.name == "functions" ? out + "\n" + plan::help(topic) : out;
  }
  constexpr std::string_view kPrefix = "arbor_";
  if (same(topic.substr(0, kPrefix.size()), kPrefix)) refuse(topic);
  out = plan::help(topic);
  if (!topic.empty()) return out;
  for (const Part& part : kParts) {
    out += '\n';
    add_part(out, part);
  }
  return out;
}

}  // namespace arbors::ext
