#include "engine/base/error.h"

namespace arbors {

void throw_corrupt(std::string_view what) { throw Error(ErrorCode::Corrupt, std::string(what)); }

void throw_invalid(std::string_view what) { throw Error(ErrorCode::Invalid, std::string(what)); }

}  // namespace arbors
