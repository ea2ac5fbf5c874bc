// Which documents a text holds: lines, one array, values one after the other, or records. Told by
// an option, by a file's name, or by looking at the beginning; never by a text's size, its line
// breaks or what is done with broken documents.
#pragma once

#include <cstdint>
#include <string_view>

namespace arbors::json {

// Option names: `auto`, `jsonl`, `array`, `json`, `seq`.
enum class Format : std::uint8_t {
  Auto,     // told by looking at the beginning of the text
  Lines,    // one value a line; blank lines are skipped
  Array,    // one array, a document per element
  Values,   // one or more values, over any number of lines, with or without white space between
  Records,  // values behind record separators (RFC 7464)
};
Format format_of(std::string_view option);  // throws Error{Invalid} listing the names
// Says whether a file's name promises lines: .jsonl, .ndjson or .jl, compressed or not.
bool names_lines(std::string_view file);
std::string_view name_of(Format format);

// What is known of a text but the text itself.
struct FormatHints {
  bool names_lines = false;  // the file's name promises lines: an array may be a tree there
  bool skip = false;         // broken documents are skipped, so lines are likelier than values
};

struct Look {
  Format format = Format::Lines;
  bool surely = true;  // false: an array, unless text follows its end
};

// Tells the format from the beginning of a text; `whole`: nothing follows it.
Look look(std::string_view text, bool whole, const FormatHints& hints);

// Says whether look() should be asked again with more of the text: the first line of a file whose
// name promises lines is not whole.
bool wants_more(std::string_view text, const FormatHints& hints);

}  // namespace arbors::json
