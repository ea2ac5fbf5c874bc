#include "engine/exec/scan/reshape.h"

#include "engine/batch/batch_builder.h"
#include "engine/batch/memory_batch.h"
#include "engine/batch/path_reader.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/text_batch.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/json/json_value.h"
#include "engine/json/writer.h"

namespace arbors::exec {
namespace {

batch::BatchReaderPtr fields_batch(const TreeShape& shape, const ScannedRows& block) {
  std::vector<NamedColumn> columns;
  for (std::size_t i = 0; i < shape.size(); ++i)
    columns.push_back({shape.name(i), block.evaluate(*shape.value(i), block.rows)});
  return std::make_shared<ColumnBatch>(std::move(columns), block.rows.size());
}

// Tells whether the flattened keys are surely distinct: no key holds a dot of its own.
bool flatten_into(std::string_view object, const std::string& prefix, std::string& out) {
  bool distinct = true;
  json::for_each_member(object, [&](std::string_view key, std::string_view raw) {
    std::string name = prefix + std::string(key);
    distinct = distinct && key.find('.') == std::string_view::npos;
    if (raw.front() == '{' && raw != "{}") {
      distinct = flatten_into(raw, name + '.', out) && distinct;
      return true;
    }
    if (out.size() > 1) out += ',';
    json::write_string(out, name);
    out += ':';
    out += raw;
    return true;
  });
  return distinct;
}

// Turns nested objects of a tree into dotted keys: {"a":{"b":1}} becomes {"a.b":1}. Arrays stay.
bool flatten(std::string& tree) {
  if (!tree.starts_with('{')) return true;
  std::string out = "{";
  const bool distinct = flatten_into(tree, "", out);
  tree = out + '}';
  return distinct;
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
  bool distinct_keys = true;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    trees.write(i, texts[i]);
    if (step.flatten) distinct_keys = flatten(texts[i]) && distinct_keys;
  }
  if (distinct_keys) return std::make_shared<TextBatch>(std::move(texts));
  return batch_of_texts(texts);  // of equal keys the last stays
}

batch::VectorPtr reshaped_path(const std::shared_ptr<const TreeShape>& shape,
                               const ScannedRows& block, const Path& path,
                               const ExecutionContext& context) {
  const batch::BatchReaderPtr batch = reshape({shape, false}, block, context);
  return batch::read_path(*batch, path);
}

}  // namespace arbors::exec
