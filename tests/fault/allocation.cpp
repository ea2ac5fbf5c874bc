#include "tests/fault/allocation.h"

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/fault/fault.h"

namespace arbors::fault {
namespace {

std::atomic<std::int64_t> blocks{0};
sqlite3_mem_methods real;

void* failing_malloc(int size) {
  return due(Kind::SqliteAllocation) ? nullptr : real.xMalloc(size);
}

void* failing_realloc(void* block, int size) {
  return due(Kind::SqliteAllocation) ? nullptr : real.xRealloc(block, size);
}

void* allocate(std::size_t size, std::size_t alignment) noexcept {
  if (due(Kind::Allocation)) return nullptr;
  const std::size_t room = size == 0 ? 1 : size;
  const std::size_t rounded = (room + alignment - 1) / alignment * alignment;
  void* block = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                    ? std::malloc(room)
                    : std::aligned_alloc(alignment, rounded);
  if (block != nullptr) ++blocks;
  return block;
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  void* block = allocate(size, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void release(void* block) noexcept {
  if (block != nullptr) --blocks;
  std::free(block);
}

constexpr std::size_t kUsual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void install_allocator() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods failing = real;
  failing.xMalloc = failing_malloc;
  failing.xRealloc = failing_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

std::int64_t live_blocks() noexcept { return blocks; }

}  // namespace arbors::fault

using arbors::fault::allocate;
using arbors::fault::allocate_or_throw;
using arbors::fault::kUsual;

void* operator new(std::size_t size) { return allocate_or_throw(size, kUsual); }
void* operator new[](std::size_t size) { return allocate_or_throw(size, kUsual); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, kUsual);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, kUsual);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { arbors::fault::release(block); }
void operator delete[](void* block) noexcept { arbors::fault::release(block); }
void operator delete(void* block, std::size_t) noexcept { arbors::fault::release(block); }
void operator delete[](void* block, std::size_t) noexcept { arbors::fault::release(block); }
void operator delete(void* block, std::align_val_t) noexcept { arbors::fault::release(block); }
void operator delete[](void* block, std::align_val_t) noexcept { arbors::fault::release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  arbors::fault::release(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  arbors::fault::release(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept { arbors::fault::release(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  arbors::fault::release(block);
}
