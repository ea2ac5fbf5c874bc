#include "engine/exec/export/arrow_writer.h"

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

constexpr std::string_view kMagic = "ARROW1";
constexpr std::uint32_t kContinuation = 0xFFFFFFFF;

std::string_view bytes_of(const std::uint32_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

// Adds the paths whose columns a field reads.
void collect(const ArrowField& field, batch::BatchReader& batch, std::vector<PathId>& paths) {
  if (field.path == kNoPath || batch.statistics(field.path) == nullptr) return;
  if (field.kind == ArrowKind::Json) {
    const std::vector<PathId> below = batch::paths_to_write(batch, field.path);
    paths.insert(paths.end(), below.begin(), below.end());
    return;
  }
  paths.push_back(field.path);
  for (const ArrowField& child : field.children) collect(child, batch, paths);
}

}  // namespace

ArrowWriter::ArrowWriter(ByteSink& to, std::vector<ArrowField> columns, bool file,
                         std::size_t most_offset)
    : to_(to), columns_(std::move(columns)), file_(file), most_offset_(most_offset) {
  if (file_) put(std::string(kMagic) + std::string(2, '\0'));
  write_message(schema_message(columns_));
}

void ArrowWriter::write(batch::BatchReader& batch, const RowChoice& trees) {
  if (trees.count() == 0) return;
  load(batch);
  ArrowColumns columns(batch, most_offset_);
  write_rows(columns, trees);
}

// Fetches all that will be read at once.
void ArrowWriter::load(batch::BatchReader& batch) const {
  std::vector<PathId> paths;
  for (const ArrowField& column : columns_) collect(column, batch, paths);
  batch.load(paths);
}

// Halves the rows where they do not fit together.
void ArrowWriter::write_rows(ArrowColumns& columns, const RowChoice& trees) {
  const std::uint32_t count = trees.count();
  const std::optional<ArrowBody> body = columns.encode(columns_, trees);
  if (!body) {
    if (count == 1)
      throw Error(ErrorCode::Limit, "tree " + std::to_string(trees_) +
                                        " is too large for a column of an Arrow file (" +
                                        std::to_string(most_offset_) +
                                        " bytes of text or elements); export JSON");
    write_rows(columns, trees.part(0, count / 2));
    write_rows(columns, trees.part(count / 2, count - count / 2));
    return;
  }
  ArrowBlock block;
  block.offset = offset_;
  block.metadata = write_message(record_batch_message(*body));
  block.body = static_cast<std::int64_t>(body->bytes.size());
  put(body->bytes);
  if (file_) blocks_.push_back(block);
  trees_ += count;
}

// Writes a message without its body; gives its size with the frame.
std::int32_t ArrowWriter::write_message(std::string metadata) {
  metadata.resize((metadata.size() + 7) / 8 * 8);
  put(bytes_of(kContinuation));
  put(bytes_of(static_cast<std::uint32_t>(metadata.size())));
  put(metadata);
  return static_cast<std::int32_t>(metadata.size() + 8);
}

void ArrowWriter::finish() {
  put(bytes_of(kContinuation));
  put(bytes_of(0));
  if (file_) {
    const std::string footer = file_footer(columns_, blocks_);
    put(footer);
    put(bytes_of(static_cast<std::uint32_t>(footer.size())));
    put(kMagic);
  }
  to_.finish();
}

void ArrowWriter::put(std::string_view bytes) {
  to_.write(bytes);
  offset_ += static_cast<std::int64_t>(bytes.size());
}

}  // namespace arbors::exec
