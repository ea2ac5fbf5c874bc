// An integer of 128 bits, which holds any sum of 64-bit ones that memory has room for.
#pragma once

namespace arbors {

__extension__ typedef __int128 WideInteger;

}  // namespace arbors
