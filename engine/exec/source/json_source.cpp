#include "engine/exec/source/json_source.h"

#include "engine/base/error.h"
#include "engine/batch/batch_builder.h"
#include "engine/batch/memory_batch.h"
#include "engine/exec/source/memory_source.h"
#include "engine/json/document_splitter.h"
#include "engine/json/input.h"

namespace arbors::exec {
namespace {

batch::BuiltBatch build(const json::Slice& slice, PathDictionary& paths) {
  std::vector<std::string_view> documents;
  for (const json::DocumentSpan& span : slice.documents())
    documents.push_back(slice.document(span));
  std::size_t failed = 0;
  try {
    return batch::build_batch(documents, paths, {}, &failed);
  } catch (const batch::DocumentError& error) {
    const json::DocumentSpan& span = slice.documents()[failed];
    throw_invalid("json, line " + std::to_string(span.line) + ", byte " +
                  std::to_string(span.file_offset + error.offset() + 1) + ": " + error.what());
  }
}

}  // namespace

TreeSourcePtr json_source(std::string_view text) {
  auto paths = std::make_shared<PathDictionary>();
  std::vector<batch::BatchReaderPtr> batches;
  const auto input = json::open_memory(text);
  json::DocumentSplitter splitter(*input);
  while (const auto slice = splitter.next())
    batches.push_back(std::make_shared<batch::MemoryBatch>(
        std::make_shared<batch::BuiltBatch>(build(*slice, *paths)), paths));
  return std::make_shared<MemorySource>(std::move(batches), std::move(paths));
}

}  // namespace arbors::exec
