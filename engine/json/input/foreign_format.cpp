#include "engine/json/input/foreign_format.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/json/values/fault.h"
#include "engine/json/values/scalar_reader.h"

namespace arbors::json {
namespace {

struct Signature {
  std::string_view bytes;
  std::size_t at;
  std::string_view name;
  std::string_view way_out;
};

using namespace std::string_view_literals;

constexpr std::string_view kUnpack = "unpack it first, or pack it with gzip or zstd";
constexpr std::string_view kOnce = "unpack it once";
constexpr std::string_view kConvert = "convert it to JSON Lines first";
constexpr std::string_view kRecode = "convert it to UTF-8 first";

constexpr Signature kSignatures[] = {
    {"\x1f\x8b"sv, 0, "gzip data within compressed data", kOnce},
    {"\x28\xb5\x2f\xfd"sv, 0, "zstd data within compressed data", kOnce},
    {"\xfd"
     "7zXZ\0"sv,
     0, "xz data", kUnpack},
    {"BZh"sv, 0, "bzip2 data", kUnpack},
    {"\x04\x22\x4d\x18"sv, 0, "lz4 data", kUnpack},
    {"LZIP"sv, 0, "lzip data", kUnpack},
    {"\xff\x06\0\0sNaPpY"sv, 0, "snappy data", kUnpack},
    {"7z\xbc\xaf\x27\x1c"sv, 0, "a 7z archive", kUnpack},
    {"PK\x03\x04"sv, 0, "a zip archive", kUnpack},
    {"PK\x05\x06"sv, 0, "an empty zip archive", kUnpack},
    {"ustar"sv, 257, "a tar archive", "unpack it first, then import its files by a glob"},
    {"PAR1"sv, 0, "a Parquet file", kConvert},
    {"ARROW1"sv, 0, "an Arrow file", kConvert},
    {"\xff\xff\xff\xff"sv, 0, "an Arrow stream", kConvert},
    {"Obj\x01"sv, 0, "an Avro file", kConvert},
    {"ORC"sv, 0, "an ORC file", kConvert},
    {"SQLite format 3\0"sv, 0, "an SQLite database",
     "ATTACH it, and read its Arbors or tables there"},
    {"\xff\xfe\0\0"sv, 0, "UTF-32 text", kRecode},
    {"\0\0\xfe\xff"sv, 0, "UTF-32 text", kRecode},
    {"\xff\xfe"sv, 0, "UTF-16 text", kRecode},
    {"\xfe\xff"sv, 0, "UTF-16 text", kRecode},
    {"%PDF"sv, 0, "a PDF document", kConvert},
    {"<?xml"sv, 0, "XML", kConvert},
    {"<!DOCTYPE"sv, 0, "an HTML page", "download the data itself"},
    {"<html"sv, 0, "an HTML page", "download the data itself"},
};

[[noreturn]] void refuse(const std::string& file, std::string_view name, std::string_view way_out) {
  throw_invalid(file + ": this is " + std::string(name) + ", not JSON; " + std::string(way_out));
}

// UTF-16 without its mark: every other byte of an ASCII beginning is zero.
bool is_bare_utf16(std::string_view text) {
  constexpr std::string_view kBegins = "{[\"tfn-0123456789";
  const auto begins = [&](char c) { return kBegins.find(c) != std::string_view::npos; };
  return text.size() >= 4 && ((begins(text[0]) && text[1] == '\0' && text[3] == '\0') ||
                              (text[0] == '\0' && begins(text[1]) && text[2] == '\0'));
}

// Counts a delimiter outside double quotes.
std::size_t fields(std::string_view line, char delimiter) {
  std::size_t count = 0;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == delimiter && !quoted) ++count;
  }
  return count;
}

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

// Two lines of as many fields, of which the first is no JSON and does not begin as a container.
bool looks_like_csv(std::string_view text) {
  const std::string_view first = line_at(text, 0);
  if (first.size() >= text.size() || first.empty()) return false;
  const std::string_view second = line_at(text, first.size() + 1);
  if (first.front() == '{' || first.front() == '[' || is_space(first.front())) return false;
  return std::any_of(std::begin(",;\t"), std::end(",;\t") - 1, [&](char delimiter) {
    const std::size_t count = fields(first, delimiter);
    return count > 0 && count == fields(second, delimiter) && find_fault(first);
  });
}

}  // namespace

void refuse_foreign(std::string_view text, const std::string& file, bool skip) {
  for (const Signature& signature : kSignatures)
    if (text.size() >= signature.at && text.substr(signature.at).starts_with(signature.bytes))
      refuse(file, signature.name, signature.way_out);
  if (is_bare_utf16(text)) refuse(file, "UTF-16 text", kRecode);
  if (!skip && looks_like_csv(text))
    refuse(file, "CSV", "convert it first (sqlite3 reads it by .import --csv)");
}

}  // namespace arbors::json
