#include "sql/tables/meta_table.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

namespace arbors::store::tests {
namespace {

const Names kTable{"main", "t"};

TEST_CASE("an older storage format is read and written, and upgraded when that is asked for",
          "[store][format]") {
  Database database;
  create_tables(database.db(), kTable);
  MetaTable(database.db(), kTable, {4, 4}).create({}, 7);
  MetaTable later(database.db(), kTable, {4, 6});
  CHECK(later.read_options().retain == 8);
  later.set("base", 9);
  CHECK(MetaTable(database.db(), kTable, {4, 4}).integer("base") == 9);
  later.upgrade();
  CHECK(later.integer("format") == 6);
  CHECK(later.integer("base") == 9);
  CHECK_THROWS_WITH(MetaTable(database.db(), kTable, {4, 5}).read_options(),
                    ContainsSubstring("written by a newer Arbors (storage format 6; this library "
                                      "reads 4 to 5)"));
  later.upgrade();
  CHECK(later.integer("format") == 6);
}

TEST_CASE("a storage format from before the frozen one is refused", "[store][format]") {
  Database database;
  create_tables(database.db(), kTable);
  MetaTable(database.db(), kTable, {3, 3}).create({}, 7);
  CHECK_THROWS_WITH(MetaTable(database.db(), kTable, {4, 6}).integer("base"),
                    ContainsSubstring("written by an older Arbors (storage format 3; this library "
                                      "reads 4 to 6)"));
}

}  // namespace
}  // namespace arbors::store::tests
