// The functions of the expression language: one table of names, arities, help and evaluators, from
// which the parser, the checker, arbor_help and the tests read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/expr/forms/expression.h"

namespace arbors::expr {

struct CallFrame;  // call_frame.h: arguments as vectors, and where results go

struct Function {
  std::string_view name;  // in lower case
  std::uint8_t least_args;
  std::uint8_t most_args;      // 255: any number
  std::string_view signature;  // as help prints it
  std::string_view help;       // one line
  enum class Shape : std::uint8_t {
    Scalar,    // computed from its arguments' values
    Presence,  // the same, but needs no text of objects and arrays
    Lists,     // the first argument is a list whose elements are looked at
    Elements   // besides, the second argument is evaluated in element scope
  } shape;
  void (*evaluate)(CallFrame&);
  // Throws Error{Invalid} for arguments that can never be right, where they are constants.
  void (*check)(std::span<const ExprPtr> args) = nullptr;
};

inline constexpr auto kScalar = Function::Shape::Scalar;  // for the table's rows

std::span<const Function> functions();

// The table's parts, each beside the code of its functions.
std::span<const Function> text_functions();
std::span<const Function> number_functions();
std::span<const Function> math_functions();
std::span<const Function> search_functions();
std::span<const Function> format_functions();
std::span<const Function> condition_functions();
std::span<const Function> list_functions();
std::span<const Function> time_functions();
std::span<const Function> date_functions();
std::span<const Function> json_functions();

// Finds a function by name, case ignored; nullptr where there is none.
const Function* find_function(std::string_view name);

// Gives the known name that is nearest to a misspelt one; empty where none is near.
std::string_view nearest_function(std::string_view name);

}  // namespace arbors::expr
