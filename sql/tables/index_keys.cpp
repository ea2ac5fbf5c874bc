#include "sql/tables/index_keys.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

#include "engine/base/interrupt.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/json/values/json_value.h"
#include "engine/plan/logical_plan.h"

namespace arbors::store {

namespace {

using Steps = std::span<const PathStep>;

Value indexed_value(json::JsonValue found) {
  switch (found.kind) {
    case json::JsonKind::Missing:
    case json::JsonKind::Null:
      return Value::null();
    case json::JsonKind::False:
      return Value::of(std::int64_t{0});
    case json::JsonKind::True:
      return Value::of(std::int64_t{1});
    case json::JsonKind::Integer:
      return Value::of(found.integer);
    case json::JsonKind::Real:
    case json::JsonKind::BigNumber:
      return Value::of(found.real);
    default:
      return Value::of(std::move(found.text));
  }
}

void add_keys(Value value, IndexKeys& keys) {
  if (value.is_null()) return;
  Value number = value.is_text() ? numeric_value(value.text) : Value::null();
  keys.push_back(std::move(value));
  if (!number.is_null()) keys.push_back(std::move(number));
}

IndexKeys ascending(IndexKeys keys) {
  PolledCompare less(
      [](const Value& left, const Value& right) { return compare(left, right) < 0; });
  std::stable_sort(keys.begin(), keys.end(), std::ref(less));
  const auto end = std::unique(keys.begin(), keys.end(), [](const Value& left, const Value& right) {
    return compare(left, right) == 0;
  });
  keys.erase(end, keys.end());
  return keys;
}

Steps to_first_array(Steps steps) {
  std::size_t keys = 0;
  while (keys < steps.size() && steps[keys].kind != PathStep::Kind::Every) ++keys;
  return steps.first(keys);
}

Path above_elements(const Path& path) {
  const Steps steps = to_first_array(path.steps);
  return Path{{steps.begin(), steps.end()}};
}

// Adds the values that a path finds in a tree's text.
void add_found(std::string_view tree, Steps steps, IndexKeys& keys) {
  const Steps above = to_first_array(steps);
  if (above.size() == steps.size())
    return add_keys(indexed_value(json::find_in_minimal(tree, steps)), keys);
  const std::string_view array = json::find_raw(tree, above);
  json::for_each_element(array, [&](std::string_view element) {
    add_found(element, steps.subspan(above.size() + 1), keys);
    return true;
  });
}

bool is_no_array(std::string_view raw) {
  return !raw.empty() && raw.front() != '[' && raw != "null";
}

bool is_text(std::string_view raw) { return raw.starts_with('"'); }

bool keys_follow(const Path& path, const Path& above) {
  const std::size_t next = above.steps.size() + 1;
  return next < path.steps.size() && path.steps[next].kind == PathStep::Kind::Key;
}

// Tells whether json_each and `->>` may read other values in a tree than the path finds.
bool is_read_otherwise(std::string_view tree, const Path& path) {
  const Path above = above_elements(path);
  const std::string_view array = json::find_raw(tree, above.steps);
  bool text = false;
  if (keys_follow(path, above)) {
    json::for_each_element(array, [&](std::string_view element) {
      text = is_text(element);
      return !text;
    });
  }
  return text || is_no_array(array);
}

// The same of each of a scope's rows.
std::vector<bool> read_otherwise(const batch::Scope& scope, const Path& path) {
  const Path above = above_elements(path);
  const batch::List list = scope.list(above);
  const batch::VectorPtr values = scope.read(above, batch::Nested::Kind);
  const batch::VectorPtr elements =
      keys_follow(path, above) ? list.elements.read({}, batch::Nested::Kind) : nullptr;
  std::vector<bool> rows(scope.size());
  for (std::uint32_t row = 0; row < scope.size(); ++row) {
    bool found =
        list.present[row] == 0 && (batch::tag_bit(values->tag(row)) & batch::kNullTags) == 0;
    for (std::uint32_t at = list.starts[row]; elements && at < list.starts[row + 1]; ++at)
      found = found || elements->tag(at) == batch::Tag::String;
    rows[row] = found;
  }
  return rows;
}

// Adds the elements that are found in each of a scope's rows.
std::vector<IndexKeys> element_keys(const batch::Scope& scope, const Path& path) {
  const batch::List list = scope.list(path);
  const batch::VectorPtr values = list.elements.read({});
  const std::vector<bool> otherwise = read_otherwise(scope, path);
  std::vector<IndexKeys> rows(scope.size());
  PolledSteps steps;
  for (std::uint32_t row = 0; row < scope.size(); ++row) {
    IndexKeys keys;
    for (std::uint32_t at = list.starts[row]; at < list.starts[row + 1]; ++at, steps.step())
      add_keys(batch::value_at(*values, at), keys);
    if (otherwise[row]) keys.push_back(plan::no_array_key());
    rows[row] = ascending(std::move(keys));
  }
  return rows;
}

bool is_same_entry(const Value& left, const Value& right) {
  return left.kind == right.kind && compare(left, right) == 0;
}

// Those of `keys` that are not among others; both ascend.
IndexKeys without(const IndexKeys& keys, const IndexKeys& others) {
  IndexKeys left;
  auto other = others.begin();
  for (const Value& key : keys) {
    while (other != others.end() && compare(*other, key) < 0) ++other;
    if (other == others.end() || !is_same_entry(*other, key)) left.push_back(key);
  }
  return left;
}

}  // namespace

bool may_be_indexed(const Path& path) {
  return !path.steps.empty() && std::ranges::none_of(path.steps, [](const PathStep& step) {
    return step.kind == PathStep::Kind::Index;
  });
}

bool is_of_elements(const Path& path) {
  return to_first_array(path.steps).size() < path.steps.size();
}

Value path_value(std::string_view tree, const Path& path) {
  return indexed_value(json::find(tree, path.steps));
}

IndexKeys value_keys(Value value) {
  IndexKeys keys;
  add_keys(std::move(value), keys);
  return ascending(std::move(keys));
}

IndexKeys tree_keys(std::string_view tree, const Path& path) {
  IndexKeys keys;
  add_found(tree, path.steps, keys);
  if (is_of_elements(path) && is_read_otherwise(tree, path)) keys.push_back(plan::no_array_key());
  return ascending(std::move(keys));
}

IndexKeys row_keys(batch::RowReader& reader, const Path& path, std::uint32_t row) {
  if (is_of_elements(path)) return row_keys(reader.batch(), path, {&row, 1}).front();
  const auto value = reader.value(path, row);
  return value_keys(batch::value_at(*value.vector, value.row));
}

std::vector<IndexKeys> row_keys(batch::BatchReader& batch, const Path& path, batch::RowSpan rows) {
  if (is_of_elements(path)) return element_keys(batch::Scope(batch, rows), path);
  const batch::VectorPtr values = batch::read_path(batch, path, rows);
  std::vector<IndexKeys> keys;
  keys.reserve(rows.size());
  for (std::size_t at = 0; at < rows.size(); ++at)
    keys.push_back(value_keys(batch::value_at(*values, at)));
  return keys;
}

KeyChange difference(const IndexKeys& before, const IndexKeys& after) {
  return {without(before, after), without(after, before)};
}

}  // namespace arbors::store
