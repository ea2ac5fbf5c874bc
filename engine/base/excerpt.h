// What an error quotes of a text: a line of it at most, whole characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arbors {

// Gives the text, or where it is longer than a line some eighty bytes of it around byte `at`, with
// `…` where something is left out.
std::string excerpt(std::string_view text, std::size_t at = 0);

// Shortens each line of an error's sentence that is longer than anything a person reads: its
// beginning and its end stay.
std::string shortened(std::string_view sentence);

}  // namespace arbors
