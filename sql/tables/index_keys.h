// What a tree stands under in a kept-up index: the SQL value at the index's path, not at all where
// that is NULL; with `[*]` in the path (an index on elements, `tags[*]`) each value that is found.
// A text that reads as a number stands for the number too, so that a search finds it whichever way
// SQLite converts it. A tree with something else than an array (and null) before the first `[*]`,
// or with a text among the elements there whose keys the path goes on with, stands under
// plan::no_array_key() besides: json_each and `->>` may read other values there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/trees/row_reader.h"

namespace arbors::store {

// Ascending, none twice.
using IndexKeys = std::vector<Value>;

// Tells whether the path is one of keys and `[*]` alone, which an index may have.
bool may_be_indexed(const Path& path);
// Tells whether an index on the path is one on elements.
bool is_of_elements(const Path& path);

// The SQL value at a path of keys of a tree's JSON text.
Value path_value(std::string_view tree, const Path& path);

// What one value stands for.
IndexKeys value_keys(Value value);
// What a tree stands under, given as JSON text, as a row of a batch, or as each of some rows.
IndexKeys tree_keys(std::string_view tree, const Path& path);
IndexKeys row_keys(batch::RowReader& reader, const Path& path, std::uint32_t row);
std::vector<IndexKeys> row_keys(batch::BatchReader& batch, const Path& path, batch::RowSpan rows);

// What an index gains and loses where a tree's keys become others: kinds of numbers count, though
// 1 and 1.0 are one key.
struct KeyChange {
  IndexKeys gone, come;
};
KeyChange difference(const IndexKeys& before, const IndexKeys& after);

}  // namespace arbors::store
