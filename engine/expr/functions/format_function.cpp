// printf, as the host's version has it.
#include <array>

#include "engine/expr/forms/function.h"
#include "engine/expr/functions/host_call.h"

namespace arbors::expr {
namespace {

constexpr std::array<Function, 2> kFormatFunctions{{
    {"printf", 1, 255, "printf(format, value, …)",
     "as in SQLite: the values put into a format such as '%d of %5.2f'", kScalar,
     host_rows<"printf">},
    {"format", 1, 255, "format(format, value, …)", "the same as printf", kScalar,
     host_rows<"format">},
}};

}  // namespace

std::span<const Function> format_functions() { return kFormatFunctions; }

}  // namespace arbors::expr
