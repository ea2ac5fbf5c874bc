// What arbor_help() prints, made from the tables that the parser reads.
#pragma once

#include <string>
#include <string_view>

namespace arbors::plan {

// The whole language in short, or one part of it, stage, function or aggregate; `reference` is the
// reference page. Throws Error{NotFound} for a topic that there is none of, suggesting the nearest.
std::string help(std::string_view topic = {});

// The reference page, in Markdown.
std::string reference_page();

}  // namespace arbors::plan
