#include "engine/exec/scan/reshape.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/text_batch.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"

namespace arbors::exec {
namespace {

batch::BatchReaderPtr fields_batch(const TreeShape& shape, const ScannedRows& block) {
  std::vector<NamedColumn> columns;
  for (std::size_t i = 0; i < shape.size(); ++i)
    columns.push_back({shape.name(i), block.evaluate(*shape.value(i), block.rows)});
  return std::make_shared<ColumnBatch>(std::move(columns), block.rows.size());
}

// Writes the members of an object under dotted keys; gives them, and whether they are surely
// distinct: no key holds a dot of its own.
bool flatten_into(std::string_view object, const std::string& prefix, std::string& out,
                  std::vector<std::string>& keys) {
  bool distinct = true;
  json::for_each_member(object, [&](std::string_view key, std::string_view raw) {
    std::string name = prefix + std::string(key);
    distinct = distinct && key.find('.') == std::string_view::npos;
    if (raw.front() == '{' && raw != "{}") {
      distinct = flatten_into(raw, name + '.', out, keys) && distinct;
      return true;
    }
    if (out.size() > 1) out += ',';
    json::write_string(out, name);
    out += ':';
    out += raw;
    keys.push_back(std::move(name));
    return true;
  });
  return distinct;
}

// Turns nested objects of a tree into dotted keys: {"a":{"b":1}} becomes {"a.b":1}. Arrays stay.
// Throws Error{Invalid} where two values would get one key.
void flatten(std::string& tree) {
  if (!tree.starts_with('{')) return;
  std::string out = "{";
  std::vector<std::string> keys;
  if (!flatten_into(tree, "", out, keys)) {
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end())
      throw_invalid("flatten: two values of a tree would get the key \"" + *twice +
                    "\"; rename or drop one of them first");
  }
  tree = out + '}';
}

}  // namespace

batch::BatchReaderPtr batch_of_texts(std::span<const std::string> texts) {
  auto paths = std::make_shared<PathDictionary>();
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  auto built = std::make_shared<batch::BuiltBatch>(batch::build_batch(views, *paths));
  return std::make_shared<batch::MemoryBatch>(std::move(built), std::move(paths));
}

batch::BatchReaderPtr reshape(const ReshapeStep& step, const ScannedRows& block,
                              const ExecutionContext& context) {
  if (step.shape->is_flat() && !step.flatten) return fields_batch(*step.shape, block);
  ShapedTrees trees(step.shape, block, block.rows, context);
  std::vector<std::string> texts(block.rows.size());
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    trees.write(i, texts[i]);
    if (step.flatten) flatten(texts[i]);
  }
  return std::make_shared<TextBatch>(std::move(texts));
}

batch::VectorPtr reshaped_path(const std::shared_ptr<const TreeShape>& shape,
                               const ScannedRows& block, const Path& path,
                               const ExecutionContext& context) {
  const batch::BatchReaderPtr batch = reshape({shape, false}, block, context);
  return batch::read_path(*batch, path);
}

}  // namespace arbors::exec
