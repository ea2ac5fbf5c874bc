#include "engine/exec/export/export_format.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"

namespace arbors::exec {
namespace {

constexpr std::array kFormats{
    FormatRow{".jsonl", "jsonl", ExportFormat::JsonLines, "JSON Lines: a tree a line"},
    FormatRow{".ndjson", "jsonl", ExportFormat::JsonLines, "JSON Lines: a tree a line"},
    FormatRow{".json", "json", ExportFormat::JsonArray, "one JSON array"},
    FormatRow{".arrow", "arrow", ExportFormat::ArrowFile, "Arrow IPC file"},
    FormatRow{".feather", "arrow", ExportFormat::ArrowFile, "Arrow IPC file (Feather 2)"},
    FormatRow{".arrows", "arrows", ExportFormat::ArrowStream, "Arrow IPC stream"},
};

constexpr std::array kCompressions{
    CompressionRow{".gz", Compression::Gzip},
    CompressionRow{".zst", Compression::Zstd},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// Lists a member of all rows, each once.
template <typename Rows, typename Member>
std::string list(const Rows& rows, Member member) {
  std::string words;
  std::string_view last;
  for (const auto& row : rows) {
    if (row.*member == last) continue;
    last = row.*member;
    words.append(words.empty() ? "" : ", ").append(last);
  }
  return words;
}

[[noreturn]] void fail_unknown(const std::string& file) {
  throw_invalid(file + ": the name's ending tells no format; end it with one of " +
                list(kFormats, &FormatRow::ending) + " (and then " +
                list(kCompressions, &CompressionRow::ending) + " to compress it), or say " +
                "{\"format\": …} with one of " + list(kFormats, &FormatRow::name));
}

}  // namespace

std::span<const FormatRow> export_formats() { return kFormats; }
std::span<const CompressionRow> export_compressions() { return kCompressions; }

FileKind kind_of_file(const std::string& file, std::string_view named) {
  FileKind kind;
  std::string name = lower(file);
  for (const CompressionRow& row : kCompressions) {
    if (!name.ends_with(row.ending)) continue;
    kind.compression = row.compression;
    name.resize(name.size() - row.ending.size());
    break;
  }
  const auto matches = [&](const FormatRow& row) {
    return named.empty() ? name.ends_with(row.ending) : lower(named) == row.name;
  };
  const auto row = std::find_if(kFormats.begin(), kFormats.end(), matches);
  if (row == kFormats.end() && named.empty()) fail_unknown(file);
  if (row == kFormats.end())
    throw_invalid("no such format: " + excerpt(named) +
                  " (there are: " + list(kFormats, &FormatRow::name) + ")");
  kind.format = row->format;
  return kind;
}

}  // namespace arbors::exec
