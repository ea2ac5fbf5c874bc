// Names what a file is that holds no JSON, by its first bytes.
#pragma once

#include <string>
#include <string_view>

namespace arbors::json {

// Throws Error{Invalid} that calls the text by its name where it is none of ours: a compression or
// a format of other tools, UTF-16, and CSV unless `skip` says that broken lines are passed over.
// `text` is the beginning, decompressed.
void refuse_foreign(std::string_view text, const std::string& file, bool skip);

}  // namespace arbors::json
