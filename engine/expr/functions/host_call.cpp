#include "engine/expr/functions/host_call.h"

#include <atomic>
#include <string>

#include "engine/base/error.h"

namespace arbors::expr {
namespace {

std::atomic<MakeHostCall> make_host_call{nullptr};

}  // namespace

void set_host_calls(MakeHostCall make) { make_host_call = make; }

HostCallPtr host_call(std::string_view function, std::size_t arguments) {
  const MakeHostCall make = make_host_call;
  if (make == nullptr)
    throw Error(ErrorCode::Unsupported, std::string(function) + " needs SQLite, which is not here");
  return make(function, arguments);
}

bool has_host_call(std::string_view function, std::size_t arguments) {
  try {
    host_call(function, arguments);
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Unsupported) throw;
    return false;
  }
}

}  // namespace arbors::expr
