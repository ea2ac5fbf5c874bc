// The kinds of file that an export writes, each a row of one table, told by the file's name ending
// or by a name that the caller gives.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/exec/export/compressing_sink.h"

namespace arbors::exec {

enum class ExportFormat : std::uint8_t { JsonLines, JsonArray, ArrowFile, ArrowStream };

struct FormatRow {
  std::string_view ending;  // with its dot
  std::string_view name;    // as the option `format` says it
  ExportFormat format;
  std::string_view what;  // in a few words, for help texts
};
std::span<const FormatRow> export_formats();

struct CompressionRow {
  std::string_view ending;  // behind the format's
  Compression compression;
};
std::span<const CompressionRow> export_compressions();

// What a file's name asks for. `named`, where not empty, is a format's name and stands before what
// the ending says; the compression is always the ending's. Cases of letters do not matter. Throws
// Error{Invalid} that lists the endings.
struct FileKind {
  ExportFormat format = ExportFormat::JsonLines;
  Compression compression = Compression::None;
};
FileKind kind_of_file(const std::string& file, std::string_view named = {});

}  // namespace arbors::exec
