// Frames Arrow IPC: the schema, record batches as they come, the end. A stream is messages alone;
// a file has its name before them and an index behind them:
//
//   stream  schema message, record batch messages, end mark FFFFFFFF 00000000
//   message FFFFFFFF, int32 size of what follows, FlatBuffer padded to 8 bytes, body
//   file    "ARROW1" 00 00, a stream, footer FlatBuffer, int32 its size, "ARROW1"
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/exec/export/arrow_columns.h"
#include "engine/exec/export/arrow_metadata.h"
#include "engine/exec/export/byte_sink.h"

namespace arbors::exec {

class ArrowWriter {
 public:
  // Writes the schema. `to` outlives the writer. `file`: the file format, else the stream format.
  ArrowWriter(ByteSink& to, std::vector<ArrowField> columns, bool file,
              std::size_t most_offset = kMostArrowOffset);

  // Writes the chosen trees of a batch as one record batch, or as several where offsets would grow
  // too large. Throws Error{Limit} where one tree alone is too large.
  void write(batch::BatchReader& batch, const RowChoice& trees);

  void finish();  // ends the stream, writes the footer of a file, ends the sink
  std::uint64_t trees() const { return trees_; }

 private:
  void load(batch::BatchReader& batch) const;
  void write_rows(ArrowColumns& columns, const RowChoice& trees);
  std::int32_t write_message(std::string metadata);
  void put(std::string_view bytes);

  ByteSink& to_;
  std::vector<ArrowField> columns_;
  bool file_;
  std::size_t most_offset_;
  std::int64_t offset_ = 0;  // bytes written so far
  std::uint64_t trees_ = 0;
  std::vector<ArrowBlock> blocks_;
};

}  // namespace arbors::exec
