#include "tests/fault/fault.h"

#include <sqlite3.h>

#include <array>
#include <atomic>

namespace arbors::fault {
namespace {

constexpr std::array<KindRow, 9> kKinds{{
    {Kind::SqliteAllocation, "sqlite-allocation", {SQLITE_NOMEM, SQLITE_IOERR, 0}},
    {Kind::Allocation, "allocation", {SQLITE_NOMEM, 0}},
    {Kind::Read, "read", {SQLITE_IOERR, 0}},
    {Kind::Write, "write", {SQLITE_IOERR, 0}},
    {Kind::Sync, "sync", {SQLITE_IOERR, 0}},
    {Kind::Full, "full", {SQLITE_FULL, 0}},
    {Kind::Lock, "lock", {SQLITE_BUSY, SQLITE_PROTOCOL, 0}},
    {Kind::Interrupt, "interrupt", {SQLITE_INTERRUPT, 0}},
    {Kind::Progress, "progress", {SQLITE_INTERRUPT, 0}},
}};

std::atomic<Kind> armed_kind{Kind::None};
std::atomic<std::int64_t> calls{0};
std::int64_t fails_at = 0;
Lasting how_long = Lasting::Once;

}  // namespace

std::span<const KindRow> kinds() { return kKinds; }

void arm(Kind kind, std::int64_t at, Lasting lasting) noexcept {
  fails_at = at;
  how_long = lasting;
  calls = 0;
  armed_kind = kind;
}

std::int64_t disarm() noexcept {
  armed_kind = Kind::None;
  return calls;
}

Pause::Pause() noexcept : kind_(armed_kind.exchange(Kind::None)) {}
Pause::~Pause() { armed_kind = kind_; }

bool due(Kind kind) noexcept {
  if (armed_kind.load() != kind) return false;
  const std::int64_t call = calls.fetch_add(1) + 1;
  return how_long == Lasting::Once ? call == fails_at : call >= fails_at;
}

}  // namespace arbors::fault
