#include "engine/exec/rows/column_spool.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/rows/text_heap.h"
#include "engine/exec/rows/window_source.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kWindow = 16'384;  // trees that are written together

std::string_view bytes_of(const batch::EncodedColumn& column) {
  return {reinterpret_cast<const char*>(column.data.data()), column.data.size()};
}

}  // namespace

// Windows of trees, in order: those that wait in memory come first.
struct ColumnSpool::Written {
  struct Column {
    std::string name;
    TextHeap::Place place;
  };
  struct Window {
    batch::BatchReaderPtr batch;  // null: written
    std::vector<Column> columns;
    std::uint32_t rows = 0;
  };

  explicit Written(std::uint64_t memory_bytes) : memory_left(memory_bytes) {}

  void end(Window window) {
    ends.push_back((ends.empty() ? 0 : ends.back()) + window.rows);
    windows.push_back(std::move(window));
  }

  void write(const ColumnBatch& batch) {
    const std::vector<NamedColumn> columns = batch.columns();
    for (std::uint32_t first = 0; first < batch.trees(); first += kWindow) {
      Window window;
      window.rows = std::min(kWindow, batch.trees() - first);
      for (const NamedColumn& column : columns) {
        const batch::VectorPtr values = batch::slice(*column.values, first, window.rows);
        batch::encode_column(batch::make_buffer(*values, kRootPath), encoded);
        window.columns.push_back({column.name, heap.add(bytes_of(encoded))});
      }
      end(std::move(window));
    }
  }

  batch::BatchReaderPtr open(std::uint64_t first) {
    const auto at = std::upper_bound(ends.begin(), ends.end(), first) - ends.begin();
    const Window& window = windows[static_cast<std::size_t>(at)];
    if (window.batch) return window.batch;
    std::vector<NamedColumn> columns;
    std::string bytes;
    for (const Column& column : window.columns) {
      bytes.clear();
      heap.read(column.place, bytes);
      const ByteSpan data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      columns.push_back({column.name, batch::decode_column(data, window.rows, 1).vector});
    }
    return std::make_shared<ColumnBatch>(std::move(columns), window.rows);
  }

  std::uint64_t memory_left;
  std::vector<Window> windows;
  std::vector<std::uint64_t> ends;  // the number of trees up to each window's end
  TextHeap heap{0};
  batch::EncodedColumn encoded;
};

ColumnSpool::ColumnSpool(std::uint64_t memory_bytes)
    : written_(std::make_shared<Written>(memory_bytes)) {}
ColumnSpool::~ColumnSpool() = default;

void ColumnSpool::add(std::shared_ptr<ColumnBatch> batch) {
  if (batch->trees() == 0) return;
  std::uint64_t bytes = 0;
  for (const NamedColumn& column : batch->columns()) bytes += column.values->memory();
  if (bytes > written_->memory_left) {
    written_->memory_left = 0;
    return written_->write(*batch);
  }
  written_->memory_left -= bytes;
  const std::uint32_t rows = batch->trees();
  written_->end({std::move(batch), {}, rows});
}

TreeSourcePtr ColumnSpool::finish() {
  return std::make_shared<WindowSource>(
      written_->ends,
      [written = written_](std::uint64_t first, std::uint32_t) { return written->open(first); });
}

}  // namespace arbors::exec
