// The member that the option `source` puts into every tree of a file.
#pragma once

#include <string>
#include <vector>

#include "sql/import/import.h"

namespace arbors::store {

// `"key":"file"` for each file; none without the option.
std::vector<std::string> source_members(const ImportOptions& options,
                                        const std::vector<std::string>& files);

}  // namespace arbors::store
