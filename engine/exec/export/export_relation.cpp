#include "engine/batch/trees/tree_writer.h"
#include "engine/exec/export/arrow_rows.h"
#include "engine/exec/export/arrow_writer.h"
#include "engine/exec/export/export.h"
#include "engine/exec/export/export_file.h"
#include "engine/exec/export/json_sink.h"
#include "engine/exec/query/query.h"
#include "engine/exec/rows/spooled_source.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kTreesBetweenChecks = 4096;

// Chooses a segment's live rows of its batch, behind those chosen so far.
void choose(const Segment& segment, RowChoice& choice) {
  if (segment.rows == choice.domain_rows && segment.count == segment.rows && choice.rows.empty()) {
    choice.all = true;
    return;
  }
  choice.rows.reserve(choice.rows.size() + segment.count);
  for (std::uint32_t k = 0; k < segment.rows; ++k)
    if (segment.is_live(k)) choice.rows.push_back(segment.first_row + k);
}

// Calls `each` with a batch and the chosen trees of it, in order of position. Neighbouring segments
// of one batch are taken together.
template <typename Each>
void for_each_batch(TreeSource& source, const ExecutionContext& context, Each each) {
  const std::span<const Segment> segments = source.segments();
  for (std::size_t i = 0; i < segments.size();) {
    context.check_interrupt();
    const BatchId id = segments[i].batch;
    const batch::BatchReaderPtr batch = source.open_batch(id);
    RowChoice choice{batch->trees(), false, {}};
    do choose(segments[i++], choice);
    while (!choice.all && i < segments.size() && segments[i].batch == id);
    if (choice.count() != 0) each(*batch, choice);
  }
}

// Writes the trees of a source as they lie there.
void write_source(TreeSource& source, JsonSink& sink, const ExecutionContext& context) {
  for_each_batch(source, context, [&](batch::BatchReader& batch, const RowChoice& trees) {
    batch.load(batch::paths_to_write(batch, kRootPath));
    batch::TreeWriter writer(batch, context.counters);
    for (std::uint32_t i = 0; i < trees.count(); ++i) {
      if (i % kTreesBetweenChecks == kTreesBetweenChecks - 1) context.check_interrupt();
      writer.write_tree(trees[i], sink.begin_tree());
      sink.end_tree();
    }
  });
}

void write_rows(RowStreamPtr rows, JsonSink& sink, const ExecutionContext& context) {
  TreeStream trees(std::move(rows));
  std::uint32_t since = 0;
  for (std::string tree; trees.next(tree); sink.write(tree))
    if (since++ % kTreesBetweenChecks == 0) context.check_interrupt();
}

std::uint64_t write_json(const Relation& relation, ByteSink& to, bool array,
                         const ExecutionContext& context) {
  JsonSink sink(to, array);
  const bool as_stored =
      relation.shape.is_whole() && relation.is_positional() && relation.input.restriction.none();
  if (as_stored)
    write_source(*relation.input.source, sink, context);
  else
    write_rows(stream(relation, context), sink, context);
  sink.finish();
  return sink.trees();
}

std::uint64_t write_arrow(const Relation& relation, ByteSink& to, bool file, bool json,
                          const ExecutionContext& context) {
  ArrowRows rows(relation, context);
  ArrowWriter writer(to, rows.columns(), {json}, file);
  while (const std::optional<ArrowTable> table = rows.next()) {
    context.check_interrupt();
    writer.write(*table);
  }
  writer.finish();
  return writer.trees();
}

}  // namespace

ExportReport export_relation(const Relation& relation, const std::string& file,
                             const ExportOptions& options, const ExecutionContext& context) {
  ExportFile target(file, options);
  const std::uint64_t trees =
      target.is_arrow()
          ? write_arrow(relation, target.sink(), target.is(ExportFormat::ArrowFile),
                        options.arrow_json, context)
          : write_json(relation, target.sink(), target.is(ExportFormat::JsonArray), context);
  return target.commit(trees);
}

ExportReport export_rows(RowStreamPtr rows, const std::string& file, const ExportOptions& options,
                         const ExecutionContext& context) {
  ExportFile target(file, options);
  if (target.is_arrow()) {
    const Relation kept = relation_of(spooled(*rows, context));
    return target.commit(write_arrow(kept, target.sink(), target.is(ExportFormat::ArrowFile),
                                     options.arrow_json, context));
  }
  JsonSink sink(target.sink(), target.is(ExportFormat::JsonArray));
  write_rows(std::move(rows), sink, context);
  sink.finish();
  return target.commit(sink.trees());
}

}  // namespace arbors::exec
