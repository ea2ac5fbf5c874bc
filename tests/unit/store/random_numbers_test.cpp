#include <sys/wait.h>
#include <unistd.h>

#include "sql/tables/nonces.h"
#include "tests/unit/catch.h"

using namespace arbors::store;

TEST_CASE("a forked process draws other numbers than its parent", "[store]") {
  random_u64();
  int ends[2] = {};
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::uint64_t drawn = random_u64();
    ::_exit(::write(ends[1], &drawn, sizeof drawn) == sizeof drawn ? 0 : 1);
  }
  std::uint64_t theirs = 0;
  REQUIRE(::read(ends[0], &theirs, sizeof theirs) == sizeof theirs);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(random_u64() != theirs);
}
