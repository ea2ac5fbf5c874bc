// Functions to which versions of SQLite give different answers (times, printf, round, logarithms):
// the host itself is asked, so that a plan's answer is that of the SQL beside it, whichever version
// it is. Whoever embeds the engine says how; without that these functions are errors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/evaluate/call_frame.h"

namespace arbors::expr {

// One function with so many arguments, ready to be asked by one thread at a time.
class HostCall {
 public:
  virtual ~HostCall() = default;
  // Appends the answer for the arguments of one row; gives the bytes of a text, else 0. Throws
  // Error{Invalid} with the host's words.
  virtual std::size_t append(Arguments arguments, batch::VectorBuilder& out) = 0;
};
using HostCallPtr = std::unique_ptr<HostCall>;

// Makes a call; any thread may. Throws Error{Unsupported} for a function that the host lacks.
using MakeHostCall = HostCallPtr (*)(std::string_view function, std::size_t arguments);
void set_host_calls(MakeHostCall make);

// Throws Error{Unsupported} too where there is no host.
HostCallPtr host_call(std::string_view function, std::size_t arguments);
bool has_host_call(std::string_view function, std::size_t arguments);

// A function's name as a template's argument.
struct FunctionName {
  char text[24]{};
  template <std::size_t size>
  constexpr FunctionName(const char (&name)[size]) {  // NOLINT(google-explicit-constructor)
    std::copy_n(name, size, text);
  }
};

// The rows to which a function of one column of numbers must be applied, the others being equal to
// one of them.
struct OnceANumber {
  std::vector<std::uint32_t> rows;     // the first of each number
  std::vector<std::uint32_t> of_rows;  // for each row, which of these
};
// Nothing where more than one argument differs from row to row, or where few rows are equal.
std::optional<OnceANumber> once_a_number(const CallFrame& frame);

// Computes a function by asking the host, for each row or each number.
template <FunctionName name>
void host_rows(CallFrame& frame) {
  const HostCallPtr call = host_call(name.text, frame.args.size());
  if (const auto once = once_a_number(frame)) {
    std::vector<Scalar> row(frame.args.size());
    for (const std::uint32_t i : once->rows) {
      for (std::size_t arg = 0; arg < row.size(); ++arg) row[arg] = frame.args[arg][i];
      call->append(row, frame.out);
      poll_interrupt(1);
    }
    frame.result = batch::gather(*frame.out.finish(), once->of_rows);
    return;
  }
  std::vector<Scalar> row(frame.args.size());
  PolledSteps steps;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    for (std::size_t arg = 0; arg < row.size(); ++arg) row[arg] = frame.args[arg][i];
    const std::size_t bytes = call->append(row, frame.out);
    steps.step(steps_of(row) + bytes / kBytesAStep);
  }
}

// The same for those rows alone to which all versions do not give the answer of `own`.
using TellsRow = bool (*)(Arguments);
template <FunctionName name, TellsRow differs, RowFunction own>
void host_rows_where(CallFrame& frame) {
  HostCallPtr call;
  std::vector<Scalar> row(frame.args.size());
  PolledSteps steps;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    for (std::size_t arg = 0; arg < row.size(); ++arg) row[arg] = frame.args[arg][i];
    steps.step(steps_of(row));
    if (!differs(row)) {
      own(row, frame.out);
      continue;
    }
    if (!call) call = host_call(name.text, row.size());
    call->append(row, frame.out);
  }
}

// The same where the host has the function; else computes it by `own`, which is NULL where any
// argument is.
template <FunctionName name, RowFunction own>
void host_rows_or(CallFrame& frame) {
  has_host_call(name.text, frame.args.size()) ? host_rows<name>(frame) : each_known_row<own>(frame);
}

}  // namespace arbors::expr
