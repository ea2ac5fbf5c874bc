// The file of one export: its kind, the file writer, the compressor before it, and the clock.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/exec/export/export.h"
#include "engine/exec/export/export_format.h"
#include "engine/exec/export/file_writer.h"

namespace arbors::exec {

class ExportFile {
 public:
  ExportFile(const std::string& file, const ExportOptions& options)
      : kind_(kind_of_file(file, options.format)),
        writer_(file),
        compressor_(compressing_sink(kind_.compression, writer_)) {}

  ByteSink& sink() { return compressor_ ? *compressor_ : writer_; }
  bool is_arrow() const {
    return kind_.format == ExportFormat::ArrowFile || kind_.format == ExportFormat::ArrowStream;
  }
  bool is(ExportFormat format) const { return kind_.format == format; }

  // Puts the file in place, once its sink is finished.
  ExportReport commit(std::uint64_t trees) {
    writer_.commit();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    return {trees, writer_.bytes(), took.count()};
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  FileKind kind_;
  FileWriter writer_;
  std::unique_ptr<ByteSink> compressor_;
};

}  // namespace arbors::exec
