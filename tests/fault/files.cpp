#include "tests/fault/files.h"

#include <sqlite3.h>

#include "tests/fault/fault.h"

namespace arbors::fault {
namespace {

struct File {
  sqlite3_file base;
  sqlite3_file* real;  // lies behind this struct, in the room that SQLite gives
};

sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }
const sqlite3_io_methods& methods_of(sqlite3_file* file) { return *real_of(file)->pMethods; }

int close(sqlite3_file* file) { return methods_of(file).xClose(real_of(file)); }

int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
  if (due(Kind::Read)) return SQLITE_IOERR_READ;
  return methods_of(file).xRead(real_of(file), bytes, count, offset);
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (due(Kind::Write)) return SQLITE_IOERR_WRITE;
  if (due(Kind::Full)) return SQLITE_FULL;
  return methods_of(file).xWrite(real_of(file), bytes, count, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (due(Kind::Write)) return SQLITE_IOERR_TRUNCATE;
  return methods_of(file).xTruncate(real_of(file), size);
}

int sync(sqlite3_file*, int) { return due(Kind::Sync) ? SQLITE_IOERR_FSYNC : SQLITE_OK; }

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods_of(file).xFileSize(real_of(file), size);
}

int lock(sqlite3_file* file, int level) {
  if (due(Kind::Lock)) return SQLITE_BUSY;
  return methods_of(file).xLock(real_of(file), level);
}

int unlock(sqlite3_file* file, int level) { return methods_of(file).xUnlock(real_of(file), level); }

int check_reserved_lock(sqlite3_file* file, int* held) {
  return methods_of(file).xCheckReservedLock(real_of(file), held);
}

int control(sqlite3_file* file, int operation, void* argument) {
  return methods_of(file).xFileControl(real_of(file), operation, argument);
}

int sector_size(sqlite3_file* file) { return methods_of(file).xSectorSize(real_of(file)); }

int characteristics(sqlite3_file* file) {
  return methods_of(file).xDeviceCharacteristics(real_of(file));
}

int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  return methods_of(file).xShmMap(real_of(file), region, size, extend, memory);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  if ((flags & SQLITE_SHM_LOCK) != 0 && due(Kind::Lock)) return SQLITE_BUSY;
  return methods_of(file).xShmLock(real_of(file), offset, count, flags);
}

void shm_barrier(sqlite3_file* file) { methods_of(file).xShmBarrier(real_of(file)); }

int shm_unmap(sqlite3_file* file, int remove) {
  return methods_of(file).xShmUnmap(real_of(file), remove);
}

// Version 2: no memory mapping, so that every read is seen.
const sqlite3_io_methods kMethods{2,
                                  close,
                                  read,
                                  write,
                                  truncate,
                                  sync,
                                  file_size,
                                  lock,
                                  unlock,
                                  check_reserved_lock,
                                  control,
                                  sector_size,
                                  characteristics,
                                  shm_map,
                                  shm_lock,
                                  shm_barrier,
                                  shm_unmap,
                                  nullptr,
                                  nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* real_vfs = static_cast<sqlite3_vfs*>(vfs->pAppData);
  auto* wrapped = reinterpret_cast<File*>(file);
  wrapped->real = reinterpret_cast<sqlite3_file*>(wrapped + 1);
  const int result = real_vfs->xOpen(real_vfs, name, wrapped->real, flags, out_flags);
  wrapped->base.pMethods = wrapped->real->pMethods != nullptr ? &kMethods : nullptr;
  return result;
}

// SQLite waits longer and longer for a lock that is refused for good, ten seconds in all: as often,
// but for no time.
int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

// The default VFS with open() and sleep() replaced. SQLite's own functions get the copy and never
// look at its pAppData, which the default one uses to choose the locking style: open() passes the
// real one.
sqlite3_vfs layer;

}  // namespace

void install_files() {
  sqlite3_vfs* real_vfs = sqlite3_vfs_find(nullptr);
  layer = *real_vfs;
  layer.zName = "faulty";
  layer.szOsFile += static_cast<int>(sizeof(File));
  layer.pAppData = real_vfs;
  layer.xOpen = open;
  layer.xSleep = sleep;
  sqlite3_vfs_register(&layer, 1);
}

}  // namespace arbors::fault
