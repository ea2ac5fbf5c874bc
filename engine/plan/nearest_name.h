// Finds what a misspelt word was meant to be, for error messages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::plan {

// Gives the candidate with the fewest edits to `word` (case ignored); empty where none is near.
std::string_view nearest_name(std::string_view word, const std::vector<std::string_view>& names);

// Gives ` (did you mean X?)`, or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace arbors::plan
