// Includes Catch2 whichever major version the distribution ships: Debian 12 has 2, Debian 13 has 3.
// Heavy, so only test .cpp files include it.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

using Catch::Approx;
using Catch::Matchers::StartsWith;
