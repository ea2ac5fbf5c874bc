#include "engine/base/error.h"

#include "engine/base/printable.h"

namespace arbors {

Error::Error(ErrorCode code, std::string_view sentence)
    : std::runtime_error(printable(sentence)), code_(code) {}

void throw_corrupt(std::string_view what) { throw Error(ErrorCode::Corrupt, what); }

void throw_invalid(std::string_view what) { throw Error(ErrorCode::Invalid, what); }

}  // namespace arbors
