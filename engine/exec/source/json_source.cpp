#include "engine/exec/source/json_source.h"

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/exec/source/memory_source.h"
#include "engine/json/input/document_splitter.h"
#include "engine/json/input/input.h"

namespace arbors::exec {
namespace {

using PathsPtr = std::shared_ptr<PathDictionary>;

[[noreturn]] void refuse(const json::SplitFault& fault) {
  throw_invalid("json" + json::place_text(fault.line, fault.byte, fault.line_byte) + ": " +
                fault.reason);
}

batch::BatchReaderPtr build(json::Slice& slice, const PathsPtr& paths) {
  using Builder = batch::BatchBuilder;
  Builder builder;
  for (const auto& fault : builder.add_slice(slice, Builder::OnError::Stop)) refuse(fault);
  for (const json::SplitFault& fault : slice.faults()) refuse(fault);
  batch::SharedPaths shared(*paths);
  return std::make_shared<batch::MemoryBatch>(
      std::make_shared<batch::BuiltBatch>(builder.finish(shared, 0)), paths);
}

TreeSourcePtr read(std::string_view text, json::Format format) {
  auto paths = std::make_shared<PathDictionary>();
  std::vector<batch::BatchReaderPtr> batches;
  const auto input = json::open_memory(text);
  json::DocumentSplitter splitter(*input, {format, false, false, {}});
  while (auto slice = splitter.next()) batches.push_back(build(*slice, paths));
  return std::make_shared<MemorySource>(std::move(batches), std::move(paths));
}

}  // namespace

TreeSourcePtr json_source(std::string_view text) {
  try {
    return read(text, json::Format::Auto);
  } catch (const json::FormatMistaken& mistaken) {
    return read(text, mistaken.format());
  }
}

}  // namespace arbors::exec
