#include "sql/tables/column_registry.h"

#include <algorithm>

#include "engine/base/error.h"

namespace arbors::store {

namespace {

constexpr batch::TagSet kNoColumn =
    batch::tag_bit(batch::Tag::Missing) | batch::tag_bit(batch::Tag::Object);

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// A name that SQLite, which reads declarations up to the first NUL, cannot take.
bool is_nameable(std::string_view name) { return name.find('\0') == std::string_view::npos; }

}  // namespace

Path declared_path(std::string_view name) {
  try {
    Path path = parse_path(name);
    if (!path.through_array()) return path;
  } catch (const Error&) {
    // Not a path's text: the name is one key.
  }
  return Path{{PathStep{PathStep::Kind::Key, std::string(name), 0}}};
}

ColumnRegistry::ColumnRegistry(const Options& options, std::string_view table)
    : found_columns_(options.found_columns),
      taken_{"_tree", "_index", "_generation", lower(table)},
      declared_(options.declared.size()) {
  for (const DeclaredColumn& declared : options.declared) {
    columns_.push_back(
        {declared.name, declared_path(declared.name), declared.type, /*declared=*/true, kNoPath});
    taken_.insert(lower(declared.name));
    declared_paths_.insert(to_text(columns_.back().path));
  }
}

void ColumnRegistry::read(PathTable& table, PathDictionary& dictionary) {
  table.read(dictionary, column_of_);
  recorded_ = column_of_.size();
  std::vector<PathId> found;
  for (PathId path = 0; path < column_of_.size(); ++path) {
    if (column_of_[path] > 0) found.push_back(path);
    seal_ ^= PathTable::seal(dictionary, path, column_of_[path]);
  }
  std::sort(found.begin(), found.end(),
            [&](PathId a, PathId b) { return column_of_[a] < column_of_[b]; });
  for (const PathId path : found) add_found(dictionary, path);
  bind_declared(dictionary);
}

void ColumnRegistry::add_found(const PathDictionary& dictionary, PathId path) {
  Column column;
  column.path = dictionary.path(path);
  column.name = to_text(column.path);
  column.id = path;
  taken_.insert(lower(column.name));
  columns_.push_back(std::move(column));
}

// Only the paths that are new since the last time can be a declared column's.
void ColumnRegistry::bind_declared(const PathDictionary& dictionary) {
  if (bound_paths_ == dictionary.size()) return;
  bound_paths_ = dictionary.size();
  for (std::size_t at = 0; at < declared_; ++at) {
    if (columns_[at].id != kNoPath) continue;
    const auto prefix = dictionary.longest_prefix(columns_[at].path);
    if (prefix.steps == columns_[at].path.steps.size()) columns_[at].id = prefix.id;
  }
}

void ColumnRegistry::see(const PathDictionary& dictionary, PathId path, batch::TagSet kinds) {
  if (!found_columns_ || path == kRootPath || (kinds & ~kNoColumn) == 0) return;
  if (column_of_.size() < dictionary.size()) column_of_.resize(dictionary.size());
  if (column_of_[path] != PathTable::kUndecided) return;
  if (dictionary[path].domain != kRootPath) return;
  const std::string name = dictionary.text(path);
  if (columns_.size() >= kMostColumns || taken_.contains(lower(name)) ||
      declared_paths_.contains(name) || !is_nameable(name)) {
    column_of_[path] = PathTable::kNever;
  } else {
    add_found(dictionary, path);
    column_of_[path] = static_cast<std::int32_t>(columns_.size() - declared_);
  }
  decided_.push_back(path);
}

bool ColumnRegistry::record(PathTable& table, const PathDictionary& dictionary) {
  const bool news = !decided_.empty() || recorded_ < dictionary.size();
  if (column_of_.size() < dictionary.size()) column_of_.resize(dictionary.size());
  for (const PathId path : decided_) {
    if (path >= recorded_) continue;
    table.set_column(dictionary, path, column_of_[path]);
    seal_ ^= PathTable::seal(dictionary, path, PathTable::kUndecided);
    seal_ ^= PathTable::seal(dictionary, path, column_of_[path]);
  }
  decided_.clear();
  for (; recorded_ < dictionary.size(); ++recorded_) {
    const auto path = static_cast<PathId>(recorded_);
    table.add(dictionary, path, column_of_[path]);
    seal_ ^= PathTable::seal(dictionary, path, column_of_[path]);
  }
  bind_declared(dictionary);
  return news;
}

}  // namespace arbors::store
