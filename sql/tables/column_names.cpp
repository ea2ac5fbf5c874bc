#include "sql/tables/column_names.h"

#include <algorithm>
#include <atomic>

#include "engine/base/error.h"

namespace arbors::store {

namespace {

constexpr batch::TagSet kNoColumn =
    batch::tag_bit(batch::Tag::Missing) | batch::tag_bit(batch::Tag::Object);

std::uint64_t next_version() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// A number for now, else none: an object's column has none.
bool may_still_change(std::int32_t column) {
  return column == PathTable::kUndecided || column == PathTable::kObjects;
}

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

ColumnRegistry::ColumnRegistry(const Options& options)
    : found_columns_(options.found_columns),
      version_(next_version()),
      taken_(kHiddenColumns.begin(), kHiddenColumns.end()),
      declared_(options.declared.size()) {
  for (const DeclaredColumn& declared : options.declared) {
    columns_.push_back(
        {declared.name, declared_path(declared.name), declared.type, /*declared=*/true, kNoPath});
    declared_paths_.insert(to_text(columns_.back().path));
  }
}

void ColumnRegistry::read(PathTable& table, PathDictionary& dictionary) {
  seal_ = table.read(dictionary, column_of_);
  recorded_ = column_of_.size();
  std::vector<PathId> found;
  for (PathId path = 0; path < column_of_.size(); ++path)
    if (column_of_[path] > 0) found.push_back(path);
  std::sort(found.begin(), found.end(),
            [&](PathId a, PathId b) { return column_of_[a] < column_of_[b]; });
  columns_.reserve(columns_.size() + found.size());
  for (const PathId path : found) add_found(dictionary, path);
  bind_declared(dictionary);
}

void ColumnRegistry::add_found(const PathDictionary& dictionary, PathId path) {
  Column column;
  column.path = dictionary.path(path);
  column.name = to_text(column.path);
  column.id = path;
  columns_.push_back(std::move(column));
}

// Made when a path is decided first: a connection that reads decides none.
const std::unordered_set<std::string>& ColumnRegistry::taken() {
  taken_.reserve(columns_.size() + kHiddenColumns.size());
  for (; named_ < columns_.size(); ++named_) taken_.insert(lower(columns_[named_].name));
  return taken_;
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
  const bool visible = (kinds & ~kNoColumn) != 0;
  const bool object = (kinds & batch::tag_bit(batch::Tag::Object)) != 0;
  if (!found_columns_ || path == kRootPath || !(visible || object)) return;
  if (column_of_.size() < dictionary.size()) column_of_.resize(dictionary.size());
  const std::int32_t before = column_of_[path];
  if (!may_still_change(before) || dictionary[path].domain != kRootPath) return;
  if (visible) {
    decide(dictionary, path);
  } else {
    column_of_[path] = PathTable::kObjects;
  }
  if (column_of_[path] == before) return;
  decided_.emplace(path, before);
  objects_.reset();
  version_ = next_version();
}

// Gives a path a column, or none for good.
void ColumnRegistry::decide(const PathDictionary& dictionary, PathId path) {
  const std::string name = dictionary.text(path);
  if (columns_.size() >= kMostColumns || taken().contains(lower(name)) ||
      declared_paths_.contains(name) || !is_nameable(name)) {
    column_of_[path] = PathTable::kNever;
  } else {
    add_found(dictionary, path);
    column_of_[path] = static_cast<std::int32_t>(columns_.size() - declared_);
  }
}

const std::vector<Column>& ColumnRegistry::object_columns(const PathDictionary& dictionary) {
  if (objects_) return *objects_;
  std::vector<Column> found, objects;
  std::set<std::size_t> lengths;
  for (PathId path = 0; path < column_of_.size(); ++path) {
    if (column_of_[path] != PathTable::kObjects) continue;
    Path steps = dictionary.path(path);
    std::string name = to_text(steps);
    if (declared_paths_.contains(name) || !is_nameable(name)) continue;
    lengths.insert(name.size());
    found.push_back({std::move(name), std::move(steps), {}, /*declared=*/false, path});
  }
  // Only names as long as one of these can be in its way.
  std::set<std::string> taken(kHiddenColumns.begin(), kHiddenColumns.end());
  for (const Column& column : columns_)
    if (lengths.contains(column.name.size())) taken.insert(lower(column.name));
  for (Column& object : found) {
    if (columns_.size() + objects.size() == kMostColumns) break;
    if (taken.insert(lower(object.name)).second) objects.push_back(std::move(object));
  }
  return objects_.emplace(std::move(objects));
}

bool ColumnRegistry::record(PathTable& table, const PathDictionary& dictionary) {
  const bool news = !decided_.empty() || recorded_ < dictionary.size();
  if (column_of_.size() < dictionary.size()) column_of_.resize(dictionary.size());
  for (const auto& [path, before] : decided_) {
    if (path >= recorded_) continue;
    table.set_column(dictionary, path, column_of_[path]);
    seal_ ^= PathTable::seal(dictionary, path, before);
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
