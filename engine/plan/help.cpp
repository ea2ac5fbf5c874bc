#include "engine/plan/help.h"

#include <algorithm>
#include <array>
#include <functional>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/expr/forms/function.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/nearest_name.h"
#include "engine/plan/optimize/optimizer.h"
#include "engine/plan/stage.h"

namespace arbors::plan {
namespace {

constexpr std::string_view kGrammar = "plan := source ('|' stage)*";

// What the tables do not hold. Lines, of which the page makes a list.
struct Topic {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Topic, 5> kTopics{{
    {"language",
     "Keywords ignore case; `--` begins a comment; line breaks are blanks.\n"
     "`?1`, `?2`, … are bound from the arguments after the plan, wherever a value or a number "
     "stands; one that is not given is an error.\n"
     "A name that is not made of letters, digits, `_` and `$`, or that begins with a digit, stands "
     "in double quotes, a quote doubled; a text in single quotes.\n"
     "A field without `as` is named by its path's last key, else by its expression as it is "
     "written: `count() filter (where a)`; `count()` alone is `count`."},
    {"paths",
     "`birth.year`, `batting[0].HR`, `batting[-1].HR` from the end, `batting[*].HR` of every "
     "element, `\"a key\".x`.\n"
     "`it` is the whole tree, or the element itself inside `list_any(list, e)` and its like, where "
     "every path begins at the element. A key named `it`, or as an operator such as `in`, stands "
     "in double quotes.\n"
     "A path that leads nowhere is NULL, and leaves its field out where a tree is made of it; a "
     "JSON `null` stays one. A group's key is always there, `null` for both."},
    {"operators",
     "As in SQLite, tightest first: `~ + -` before a value · `COLLATE` · `||` · `* / %` · `+ -` · "
     "`& | << >>` · `< <= > >=` · `= == <> != IS [NOT] [DISTINCT FROM] IN LIKE GLOB BETWEEN ISNULL "
     "NOTNULL` · `NOT` · `AND` · `OR`.\n"
     "`|` means bits inside parentheses alone: elsewhere it begins the next stage.\n"
     "`CASE [e] WHEN … THEN … [ELSE …] END`, `CAST(e AS type)`; literals `1`, `0x1F`, `1.5`, "
     "`'text'`, `TRUE`, `FALSE`, `NULL`.\n"
     "Comparisons, arithmetic, NULL and order mean what they mean in SQLite; a comparison is "
     "`true` or `false` in a tree, 1 or 0 in SQL."},
    {"sql",
     "A SELECT may stand wherever a plan is taken, and runs wholly in the engine, with SQLite's "
     "answer or an error: `arbor_rows('SELECT …', parameters…)`, `arbor_view('SELECT …')`, "
     "`arbor_save`, `arbor_export`, `arbor_explain`, `arbor_open`; in parentheses stages may "
     "follow "
     "it: `(SELECT a FROM t) | head 5`.\n"
     "Use it for groups, unnesting, joins and windows over many trees; use plain SQL for single "
     "rows, for look-ups by rowid, and for writes.\n"
     "`[WITH n AS (…), …] SELECT [DISTINCT] … FROM … [WHERE …] [GROUP BY …] [HAVING …] [WINDOW …] "
     "[ORDER BY … [NULLS FIRST|LAST]] [LIMIT n [OFFSET m]]`, joined by `UNION [ALL]`, `INTERSECT`, "
     "`EXCEPT`.\n"
     "FROM: Arbors, `players@7`, views, handles (`@1`), queries in parentheses, ordinary tables "
     "(read once), `json_each(p.list) AS e`; joined by comma, `JOIN … ON`, `JOIN … USING`, `LEFT "
     "JOIN`, each with an equality.\n"
     "Columns have the names that SQL knows (`\"birth.year\"`); an unquoted name that is none is a "
     "path with exact keys (`birth.year`, `p.tags[0]`, `e.value.HR`), which NULL stands for where "
     "no tree has it. `->`, `->>`, `json_extract`, `json_type` and `json_array_length` take "
     "constant "
     "paths.\n"
     "`FILTER`, window functions, `IN (SELECT …)`, `EXISTS (SELECT …)` and queries as values work, "
     "also where an inner query reads the outer one by equalities, or a list of its row by "
     "`json_each(o.list)`; `rowid`, `_index` and `_generation` are values, conditions on the "
     "first two choose the trees that are looked at, `_generation = n` the state; "
     "a column beside `min()` or `max()` is that of its row.\n"
     "A tree has every result column, named as SQLite names it, `null` for NULL; `SELECT _tree` "
     "gives the trees. Parameters: `?`, `?1`, `:name`, `$name`, numbered as SQLite numbers them.\n"
     "Of values that are equal but look different (1 and 1.0, texts under a collation) a group "
     "shows the one that SQLite shows; where that depends on how SQLite plans, as behind a join or "
     "under a condition from outside that tells them apart (`k LIKE '%.0'`), it is an error.\n"
     "What takes values in the rows' order (`group_concat`, `json_group_array`) has them as the "
     "tables of FROM have them, a set operator's in the order of its columns, a window's in the "
     "window's. SQLite itself may read tables in another order: those of a join, rows that may "
     "fulfil either side of an OR, and rows that DISTINCT makes one or a big table's groups.\n"
     "`(SELECT a FROM t LIMIT 5)` gives the first five, whatever stands around it. SQLite itself "
     "makes one query of it and a plain query around it, so that an ORDER BY around decides which "
     "five.\n"
     "SQLite 3.40.1 ends the texts of `json_each` and `json_extract` at `\\u0000`; the engine "
     "gives "
     "them whole, as 3.54.1 does; so it is with `group_concat` of empty texts over a window, of "
     "which 3.40.1 makes NULL.\n"
     "An array or object that a JSON function is given is JSON or a text to SQLite, as it sorts "
     "and "
     "keeps rows (behind a join, groups, windows, a query): where it may be either, it is an "
     "error; "
     "`json(…)` around it says which. What `->` and `json()` give is JSON in `json_array(…)` and "
     "its "
     "like, a text elsewhere.\n"
     "What is not understood is an error that says so; SQLite can run it over the virtual tables."},
    {"order",
     "NULL sorts first, then numbers, then texts; with `desc` the other way round; `nulls first` "
     "and `nulls last` say otherwise. Trees that agree keep their order.\n"
     "Without an order of their own, trees come in the order of the Arbor."},
}};

std::string text(std::string_view view) { return std::string(view); }

void line(std::string& out, std::string_view what, std::string_view help) {
  out += "  " + text(what) + "\n      " + text(help) + "\n";
}

// Calls `use` with each line of a topic.
template <typename Use>
void each_line(const Topic& topic, Use use) {
  for (std::string_view rest = topic.text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    use(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void topic_lines(std::string& out, const Topic& topic) {
  each_line(topic, [&](std::string_view one) { out += "  " + text(one) + "\n"; });
}

// One table of the language.
struct Table {
  std::string_view name;
  std::string_view heading;
  void (*walk)(const std::function<void(std::string_view syntax, std::string_view help,
                                        std::string_view example)>& entry);
};
constexpr std::array<Table, 4> kTables{{
    {"sources", "sources",
     [](const auto& entry) {
       for (const SourceInfo& source : source_forms())
         entry(source.syntax, source.help, source.example);
     }},
    {"stages", "stages",
     [](const auto& entry) {
       for (const StageInfo& stage : stages()) entry(stage.syntax, stage.help, stage.example);
     }},
    {"aggregates", "aggregates, each with an optional filter (where e)",
     [](const auto& entry) {
       for (const AggregateInfo& info : aggregates()) entry(info.syntax, info.help, {});
     }},
    {"functions", "functions",
     [](const auto& entry) {
       for (const expr::Function& function : expr::functions())
         entry(function.signature, function.help, {});
     }},
}};

void table_lines(std::string& out, const Table& table) {
  out += text(table.heading) + ":\n";
  table.walk([&](std::string_view syntax, std::string_view help, std::string_view) {
    line(out, syntax, help);
  });
}

void rule_lines(std::string& out) {
  for (const Rule& rule : rules()) line(out, rule.name, rule.help);
}

std::string whole_language() {
  std::string out = text(kGrammar) + "\n";
  for (const Table& table : kTables) {
    out += '\n';
    table_lines(out, table);
  }
  for (const Topic& topic : kTopics) {
    out += "\n" + text(topic.name) + ":\n";
    topic_lines(out, topic);
  }
  return out;
}

// A cell of a table in Markdown.
std::string cell(std::string_view what) {
  std::string escaped;
  for (const char c : what) escaped += c == '|' ? "\\|" : std::string(1, c);
  return escaped;
}

bool same(std::string_view left, std::string_view right) {
  return left.size() == right.size() && compare(left, right, Collation::NoCase) == 0;
}

}  // namespace

std::string help(std::string_view topic) {
  if (topic.empty()) return whole_language();
  if (same(topic, "reference")) return reference_page();
  std::string out;
  std::vector<std::string_view> names = stage_names();
  names.insert(names.end(), {"reference", "rules"});
  if (same(topic, "rules")) rule_lines(out);
  for (const Table& table : kTables) {
    names.push_back(table.name);
    if (same(table.name, topic)) table_lines(out, table);
  }
  for (const Topic& prose : kTopics) {
    names.push_back(prose.name);
    if (same(prose.name, topic)) topic_lines(out, prose);
  }
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
    throw Error(ErrorCode::NotFound, "no help on " + excerpt(topic) + suggestion(topic, names));
  return out;
}

std::string reference_page() {
  std::string out =
      "# Plans: the language\n\nMade by `SELECT arbor_help('reference')` from the tables that the "
      "parser reads.\n\n`" +
      text(kGrammar) + "`\n";
  for (const Topic& topic : kTopics) {
    out += "\n## " + text(topic.name) + "\n\n";
    each_line(topic, [&](std::string_view one) { out += "* " + text(one) + "\n"; });
  }
  for (const Table& table : kTables) {
    const bool examples = table.name == "sources" || table.name == "stages";
    out += "\n## " + text(table.heading) + "\n\n| write | it does |" +
           (examples ? " for example |\n| --- | --- | --- |\n" : "\n| --- | --- |\n");
    table.walk([&](std::string_view syntax, std::string_view help, std::string_view example) {
      out += "| `" + cell(syntax) + "` | " + cell(help) + " |";
      out += examples ? " `" + cell(example) + "` |\n" : "\n";
    });
  }
  out.pop_back();  // the shell ends what it prints
  return out;
}

}  // namespace arbors::plan
