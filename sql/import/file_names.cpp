#include "sql/import/file_names.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/error.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/fault.h"
#include "engine/json/values/json_value.h"

namespace arbors::store {
namespace {

bool is_there(const std::string& file) {
  std::error_code ignored;
  return file.find('\0') == std::string::npos && std::filesystem::exists(file, ignored);
}

bool is_glob(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

// `https://…`, `s3://…`
bool is_url(std::string_view name) {
  const std::size_t colon = name.find("://");
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '-' || c == '.';
         });
}

std::vector<std::string> matches(const std::string& pattern) {
  struct Found : glob_t {
    ~Found() { globfree(this); }
  } found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    std::error_code ignored;
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
      if (!std::filesystem::is_directory(found.gl_pathv[i], ignored))
        files.emplace_back(found.gl_pathv[i]);
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_files(const std::string& name, std::string_view other, std::vector<std::string>& files) {
  // What is there in another way than as a file is for the opening to refuse.
  if (name.find('\0') != std::string::npos || is_there(name)) return files.push_back(name);
  if (is_url(name)) throw_invalid(name + " is a URL; files are read, so download it first");
  if (is_glob(name)) {
    const std::vector<std::string> found = matches(name);
    if (found.empty()) throw Error(ErrorCode::NotFound, "no file matches " + name);
    files.insert(files.end(), found.begin(), found.end());
    return;
  }
  std::string message = "no such file: " + name;
  const std::string swapped(other);
  if (is_there(swapped) || is_url(swapped) || (is_glob(swapped) && !matches(swapped).empty()))
    message += " (the Arbor's name comes first, then the file: is " + swapped + " the file?)";
  throw Error(ErrorCode::NotFound, message);
}

}  // namespace

std::vector<std::string> find_files(const std::string& name, std::string_view other) {
  std::vector<std::string> files;
  if (!name.starts_with('[') || is_there(name) || json::find_fault(name)) {
    add_files(name, other, files);
    return files;
  }
  json::for_each_element(json::normalize(name), [&](std::string_view raw) {
    const json::JsonValue file = json::decode(raw);
    if (file.kind != json::JsonKind::String)
      throw_invalid("a list of files holds names, not " + std::string(raw));
    add_files(file.text, {}, files);
    return true;
  });
  if (files.empty()) throw_invalid("the list of files is empty");
  return files;
}

}  // namespace arbors::store
