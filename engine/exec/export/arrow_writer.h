// Frames Arrow IPC: the schema, record batches as they come, the end. A stream is messages alone;
// a file has its name before them and an index behind them:
//
//   stream  schema message, record batch messages, end mark FFFFFFFF 00000000
//   message FFFFFFFF, int32 size of what follows, FlatBuffer padded to 8 bytes, body
//   file    "ARROW1" 00 00, a stream, footer FlatBuffer, int32 its size, "ARROW1"
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/export/arrow_metadata.h"
#include "engine/exec/export/byte_sink.h"

namespace arbors::exec {

// Append one whole message of a stream, or its end mark.
void append_schema(std::span<const ArrowField> columns, const ArrowOptions& options,
                   std::string& out);
void append_record_batch(std::span<const ArrowField> columns, const ArrowTable& rows,
                         std::string& out);
void append_end(std::string& out);

class ArrowWriter {
 public:
  // Writes the schema. `to` outlives the writer. `file`: the file format, else the stream format.
  ArrowWriter(ByteSink& to, std::vector<ArrowField> columns, const ArrowOptions& options,
              bool file);

  void write(const ArrowTable& rows);

  void finish();  // ends the stream, writes the footer of a file, ends the sink
  std::uint64_t trees() const { return trees_; }

 private:
  void put(std::string_view bytes);

  ByteSink& to_;
  std::vector<ArrowField> columns_;
  ArrowOptions options_;
  bool file_;
  std::int64_t offset_ = 0;  // bytes written so far
  std::uint64_t trees_ = 0;
  std::vector<ArrowBlock> blocks_;
};

}  // namespace arbors::exec
