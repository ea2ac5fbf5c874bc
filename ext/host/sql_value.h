// Values across the border: from sqlite3_value to Value, and from a row of a vector or a Value to a
// function's or column's result.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

// Copies a value; texts come as UTF-8.
Value to_value(sqlite3_value* value);

// Copies an argument that is an integer. A number without a fraction is one, since there are
// clients that bind every number as REAL, and so is its text.
std::optional<std::int64_t> integer_argument(sqlite3_value* value);

// Copies a plan's parameters; what is marked as JSON and is an array or object stays that. Throws
// Error{Invalid} for what JSON cannot hold: a blob, or a text that is no UTF-8.
std::vector<Value> to_parameters(std::span<sqlite3_value* const> values);

inline constexpr unsigned kJsonSubtype = 'J';  // what SQLite's JSON functions look for

// Reads a text argument; throws Error{Invalid} naming `what` where it is NULL or no text.
std::string text_argument(sqlite3_value* value, std::string_view what);

// Reads an argument that is JSON: a text, its mark of the byte order passed over, or JSONB where
// SQLite has it (3.45); nothing for anything else.
std::optional<std::string> json_argument(sqlite3_value* value);

// Sets the result to a row's SQL value. Objects and arrays must be Opaque; they are marked as JSON.
void set_result(sqlite3_context* context, const batch::Vector& vector, std::size_t row);
void set_result(sqlite3_context* context, const Value& value);
void set_text(sqlite3_context* context, std::string_view text);
void set_json(sqlite3_context* context, std::string_view json);
// Marks the result as JSON to SQLite's JSON functions.
void mark_json(sqlite3_context* context);

}  // namespace arbors::ext
