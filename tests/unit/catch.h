// Includes Catch2 whichever major version the distribution ships: Debian 12 has 2, Debian 13 has 3.
// Heavy, so only test .cpp files include it.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Matchers::ContainsSubstring;
#else
#include <string>

#include <catch2/catch.hpp>
inline auto ContainsSubstring(const std::string& part) { return Catch::Matchers::Contains(part); }
#endif

using Catch::Approx;
using Catch::Matchers::StartsWith;
