#include "engine/base/error.h"

#include "tests/unit/catch.h"

namespace arbors {
namespace {

TEST_CASE("an error carries its code and its sentence", "[base][error]") {
  const Error error(ErrorCode::Limit, "250,001 groups exceed max_group_keys");
  CHECK(error.code() == ErrorCode::Limit);
  CHECK(std::string(error.what()) == "250,001 groups exceed max_group_keys");
}

TEST_CASE("damage and wrong words are told apart by their codes", "[base][error]") {
  const auto [raise, code] = GENERATE(table<void (*)(std::string_view), ErrorCode>({
      {throw_corrupt, ErrorCode::Corrupt},
      {throw_invalid, ErrorCode::Invalid},
  }));
  bool raised = false;
  try {
    raise("batch 17 fails its checksum");
  } catch (const Error& error) {
    raised = true;
    CHECK(error.code() == code);
    CHECK(std::string(error.what()) == "batch 17 fails its checksum");
  }
  CHECK(raised);
}

}  // namespace
}  // namespace arbors
