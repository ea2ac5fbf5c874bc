// Reads Arrow IPC files and streams back, strictly: frames, alignment and the FlatBuffers are
// checked, every buffer must lie in its body. Knows only the types that an export writes.
#pragma once

#include <string>
#include <vector>

namespace arbors::exec {

struct ArrowContent {
  std::string schema;                // `a: Int64, b: List<Struct<c: Utf8 (JSON)>>`
  std::vector<std::string> rows;     // each as a JSON object; null for what is not there
  std::vector<std::size_t> batches;  // rows of each record batch
};

// Throws std::runtime_error at what a reader need not accept.
ArrowContent read_arrow_stream(const std::string& bytes);
ArrowContent read_arrow_file(const std::string& bytes);

}  // namespace arbors::exec
