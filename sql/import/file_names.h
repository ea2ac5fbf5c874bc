// Which files an import is asked for: a name, a glob, or a JSON array of these.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arbors::store {

// Gives the names, those of a glob in order. A file of exactly that name goes before a glob and a
// list. Throws Error{NotFound} where a name or glob finds no file, Error{Invalid} for a URL or an
// empty list. `other` is the argument before it, which may be the file if they were swapped.
std::vector<std::string> find_files(const std::string& name, std::string_view other = {});

}  // namespace arbors::store
