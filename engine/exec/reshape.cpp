#include "engine/exec/reshape.h"

#include "engine/batch/batch_builder.h"
#include "engine/batch/memory_batch.h"
#include "engine/batch/path_reader.h"
#include "engine/exec/column_batch.h"
#include "engine/exec/tree_shape.h"
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

void flatten_into(std::string_view object, const std::string& prefix, std::string& out) {
  json::for_each_member(object, [&](std::string_view key, std::string_view raw) {
    std::string name = prefix + std::string(key);
    if (raw.front() == '{' && raw != "{}") {
      flatten_into(raw, name + '.', out);
      return true;
    }
    if (out.size() > 1) out += ',';
    json::write_string(out, name);
    out += ':';
    out += raw;
    return true;
  });
}

}  // namespace

std::string flattened(std::string_view tree) {
  if (tree.empty() || tree.front() != '{') return std::string(tree);
  std::string out = "{";
  flatten_into(tree, "", out);
  return out + '}';
}

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
    if (step.flatten) texts[i] = flattened(texts[i]);
  }
  return batch_of_texts(texts);
}

batch::VectorPtr reshaped_path(const std::shared_ptr<const TreeShape>& shape,
                               const ScannedRows& block, const Path& path,
                               const ExecutionContext& context) {
  const batch::BatchReaderPtr batch = reshape({shape, false}, block, context);
  return batch::read_path(*batch, path);
}

}  // namespace arbors::exec
