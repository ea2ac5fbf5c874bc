#include "engine/plan/select/name_scope.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/nearest_name.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {
namespace {

Path joined_path(Path path, const std::vector<PathStep>& steps) {
  path.steps.insert(path.steps.end(), steps.begin(), steps.end());
  return path;
}

PathStep key_step(const std::string& key) { return {PathStep::Kind::Key, key, 0}; }

// A column of json_each that says something of its value.
Typed computed(const ScopeTable& table, const Column& column) {
  if (column.of == Column::Of::Nothing)
    throw_invalid("the column " + column.name + " of json_each is not understood here");
  const expr::ExprPtr value = expr::path(table.root);
  expr::ExprPtr kind = expr::call("json_kind", {value});
  if (column.of == Column::Of::JsonAtom)
    kind = expr::case_of(nullptr,
                         {{expr::in(std::move(kind), {Value::of("array"), Value::of("object")},
                                    false, Collation::Binary, expr::Coercion::None),
                           expr::constant(Value::null())}},
                         value);
  return {std::move(kind), Affinity::None, Collation::Binary, false, true};
}

std::string last_key(const Path& path) {
  for (auto step = path.steps.rbegin(); step != path.steps.rend(); ++step)
    if (step->kind == PathStep::Kind::Key) return step->key;
  return {};
}

std::string written(const Leaf& name) {
  std::string text;
  for (const Word& word : name.words) text += (text.empty() ? "" : ".") + word.text;
  return text;
}

bool names_rowid(const std::string& word) {
  return same_name(word, "rowid") || same_name(word, "oid") || same_name(word, "_rowid_");
}

// A value at a path of the joined trees. Without affinity and collation of its own: a path that no
// column shows.
Scope::Found at_path(const ScopeTable& table, const std::vector<PathStep>& steps) {
  Path path = joined_path(table.root, steps);
  std::string name = last_key(path);
  Typed value{expr::path(std::move(path)), Affinity::None, Collation::Binary, false, true};
  return {std::move(value), std::move(name), 0};
}

}  // namespace

// The types, a bit each, that SQLite may or may not convert a column's values to, as it plans:
// where it sorts for groups those of a virtual table's REAL column, where it keeps a query's rows
// those of any.
unsigned Scope::doubtful_types(const ScopeTable& table, const Column& column) const {
  if (column.mixed != 0) return column.mixed;
  if (table.in_memory || column.settled || !column.affinity) return 0;
  if (table.trees && (!makes_reals || column.affinity != Affinity::Real)) return 0;
  return affinity_bit(column.affinity);
}

Scope::Found Scope::column_of(const ScopeTable& table, const Column& column) const {
  if (column.of != Column::Of::Value) return {computed(table, column), column.name, 0};
  if (!table.each_key.steps.empty() && column.name == "key")
    return {{expr::path(table.each_key), Affinity::None, Collation::Binary, false, true}, "key", 0};
  Typed value{expr::path(joined_path(table.root, column.path.steps),
                         column.affinity.value_or(Affinity::None)),
              column.affinity,
              column.collation,
              false,
              true,
              table.in_memory || column.settled,
              column.mixed,
              column.mark,
              column.computed};
  const unsigned doubtful = doubtful_types(table, column);
  for (const Affinity affinity :
       {Affinity::Text, Affinity::Numeric, Affinity::Integer, Affinity::Real})
    if ((doubtful & affinity_bit(affinity)) != 0)
      value.expr = as_declared(value.expr, type_of(affinity));
  return {std::move(value), column.name, 0};
}

// Looks up the word at `words`, the first after the table's name, and all behind it.
std::optional<Scope::Found> Scope::find_in(const ScopeTable& table, const Leaf& name,
                                           std::size_t words) const {
  const std::string& word = name.words[words].text;
  std::vector<PathStep> rest;
  for (std::size_t i = words + 1; i < name.words.size(); ++i)
    rest.push_back(key_step(name.words[i].text));
  rest.insert(rest.end(), name.steps.begin(), name.steps.end());
  for (const Column& column : *table.columns) {
    if (!same_name(column.name, word)) continue;
    if (rest.empty()) return column_of(table, column);
    return at_path(table, joined_path(column.path, rest).steps);
  }
  return table.trees && rest.empty() ? tree_column(table, word, name.begin) : std::nullopt;
}

// _tree, and what tells which tree of the Arbor it is.
std::optional<Scope::Found> Scope::tree_column(const ScopeTable& table, const std::string& word,
                                               std::size_t byte) const {
  if (same_name(word, "_tree")) {
    Found tree = at_path(table, {});
    tree.name = "_tree";
    return tree;
  }
  const bool place = same_name(word, "_index"), generation = same_name(word, "_generation");
  if (!place && !generation && !names_rowid(word)) return std::nullopt;
  const Path& identity = place ? table.place : generation ? table.generation : table.rowid;
  if (identity.steps.empty()) lexer_.fail_at(byte, word + " as a value is not understood here");
  if (generation && !reads_generation)
    lexer_.fail_at(byte,
                   "_generation in a condition is understood here as _generation = n that AND "
                   "joins in WHERE, and in a query in FROM as no value: else it is not understood "
                   "here");
  Typed value{expr::path(identity), Affinity::Integer, Collation::Binary, false, true, true};
  if (!place && !generation) value.collation = {};  // alone of all columns a rowid has none
  return Found{std::move(value), place ? "_index" : generation ? "_generation" : "rowid", 0};
}

std::optional<Scope::Found> Scope::find_column(const Leaf& name) const {
  std::optional<Found> found;
  const auto is_shared = [&](const std::string& word) {
    return std::any_of(shared.begin(), shared.end(),
                       [&](const std::string& one) { return same_name(one, word); });
  };
  const auto take = [&](std::optional<Found> one) {
    if (!one) return;
    if (found) lexer_.fail_at(name.begin, "ambiguous column name: " + written(name));
    found = std::move(one);
  };
  for (const ScopeTable& table : tables) {  // a qualified column goes first
    if (name.words.size() >= 2 && same_name(table.alias, name.words[0].text))
      take(find_in(table, name, 1));
    if (name.words.size() == 3 && same_name(table.schema, name.words[0].text) &&
        same_name(table.table, name.words[1].text))
      take(find_in(table, name, 2));
  }
  if (found || (name.words.size() > 1 && table_named({}, name.words[0].text) != nullptr))
    return found;
  for (const ScopeTable& table : tables)
    if (!found || !is_shared(name.words[0].text)) take(find_in(table, name, 0));
  return found;
}

std::optional<Scope::Found> Scope::find_alias(const Leaf& name) const {
  if (name.words.size() != 1 || !name.steps.empty()) return std::nullopt;
  for (const Alias& alias : aliases)
    if (same_name(alias.name, name.words[0].text)) return Found{alias.value, alias.name, 0};
  if (!result_named) return std::nullopt;
  std::optional<Typed> value = result_named(name.words[0].text);
  if (!value) return std::nullopt;
  return Found{*std::move(value), name.words[0].text, 0};
}

// A path with exact keys into the trees of the table that is named, or of the only one that has
// any.
std::optional<Scope::Found> Scope::find_path(const Leaf& name) const {
  const ScopeTable* table = nullptr;
  std::size_t first = 0;
  if (name.words.size() > 1) {
    table = table_named({}, name.words[0].text);
    first = table != nullptr ? 1 : 0;
  }
  if (table == nullptr) {
    for (const ScopeTable& one : tables) {
      if (!one.trees) continue;
      if (table != nullptr)
        lexer_.fail_at(name.begin, "ambiguous path: " + written(name) +
                                       " (begin it with a table's name: " + table->alias + '.' +
                                       written(name) + ')');
      table = &one;
    }
  }
  if (table == nullptr || !table->trees || name.words[first].quoted) return std::nullopt;
  std::vector<PathStep> steps;
  for (std::size_t i = first; i < name.words.size(); ++i)
    steps.push_back(key_step(name.words[i].text));
  steps.insert(steps.end(), name.steps.begin(), name.steps.end());
  return at_path(*table, steps);
}

std::optional<Typed> Scope::column_named(const Leaf& name) const {
  std::optional<Found> found = find_column(name);
  if (!found) return std::nullopt;
  return std::move(found->value);
}

Scope::Found Scope::find(const Leaf& name) const {
  unsigned level = 0;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_, ++level) {
    std::optional<Found> found = scope->find_column(name);
    if (!found) found = scope->find_alias(name);
    if (!found) continue;
    found->level = level;
    return *std::move(found);
  }
  level = 0;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_, ++level) {
    std::optional<Found> found = scope->find_path(name);
    if (!found) continue;
    found->level = level;
    return *std::move(found);
  }
  fail_unknown(name);
}

void Scope::fail_unknown(const Leaf& name) const {
  std::vector<std::string_view> names;
  const ScopeTable* table = name.words.size() > 1 ? table_named({}, name.words[0].text) : nullptr;
  for (const ScopeTable& one : tables)
    if (table == nullptr || table == &one)
      for (const Column& column : *one.columns) names.push_back(column.name);
  for (const Alias& alias : aliases) names.push_back(alias.name);
  if (name.words.size() > 1 && table == nullptr)
    for (const ScopeTable& one : tables) names.push_back(one.alias);
  const std::string& word = name.words[table != nullptr ? 1 : 0].text;
  lexer_.fail_at(name.begin, "no such column: " + written(name) + suggestion(word, names));
}

const ScopeTable* Scope::table_named(const std::string& schema, const std::string& name) const {
  for (const ScopeTable& table : tables)
    if (same_name(table.alias, name) && (schema.empty() || same_name(table.schema, schema)))
      return &table;
  return nullptr;
}

std::optional<Scope::Found> Scope::column(const std::string& name) const {
  for (const ScopeTable& table : tables)
    for (const Column& column : *table.columns)
      if (same_name(column.name, name)) return column_of(table, column);
  return std::nullopt;
}

std::vector<Scope::Found> Scope::star(const ScopeTable* only) const {
  std::vector<Found> all;
  for (const ScopeTable& table : tables) {
    if (only != nullptr && only != &table) continue;
    for (const Column& column : *table.columns) {
      const bool again = only == nullptr && &table != &tables.front() &&
                         std::any_of(shared.begin(), shared.end(), [&](const std::string& one) {
                           return same_name(one, column.name);
                         });
      if (column.visible && !again) all.push_back(column_of(table, column));
    }
  }
  return all;
}

}  // namespace arbors::plan::select
