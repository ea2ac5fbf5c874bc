#include "sql/access/savepoint_levels.h"

#include "tests/unit/catch.h"

using arbors::store::SavepointLevels;

TEST_CASE("a rollback to a savepoint undoes what changed since it began", "[store]") {
  SavepointLevels levels;
  levels.restart();
  levels.changed();
  levels.began(0);
  CHECK_FALSE(levels.undoes(0));
  levels.changed();
  levels.began(1);
  CHECK_FALSE(levels.undoes(1));
  CHECK(levels.undoes(0));
  levels.changed();
  CHECK(levels.undoes(1));
  levels.rolled_back(1);
  CHECK_FALSE(levels.undoes(1));
  CHECK(levels.undoes(0));
}

TEST_CASE("a rollback to a savepoint that never began undoes nothing", "[store]") {
  SavepointLevels levels;
  levels.restart();
  levels.changed();
  CHECK_FALSE(levels.undoes(0));
  levels.began(0);
  levels.changed();
  CHECK_FALSE(levels.undoes(1));
  levels.released(0);
  levels.changed();
  CHECK_FALSE(levels.undoes(0));
  levels.rolled_back(0);
  levels.began(0);
  levels.changed();
  CHECK(levels.undoes(0));
}

TEST_CASE("a savepoint older than what is known of the transaction undoes all", "[store]") {
  SavepointLevels levels;
  levels.restart();
  levels.began(2);
  CHECK_FALSE(levels.undoes(2));
  CHECK(levels.undoes(1));
  levels.released(2);
  levels.began(2);
  CHECK_FALSE(levels.undoes(2));
  CHECK(levels.undoes(1));
}

TEST_CASE("a savepoint that is told of again is as old as it was", "[store]") {
  SavepointLevels levels;
  levels.restart();
  levels.began(0);
  levels.changed();
  levels.began(0);
  CHECK(levels.undoes(0));
}
