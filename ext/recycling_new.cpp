// The extension's operator new and delete for big blocks, which they keep for one another: batch by
// batch, a query asks for blocks of the same sizes again. Linked into the loadable extension alone,
// whose calls the linker sends here (--wrap, see CMakeLists.txt); the real ones are the process's,
// whoever has replaced them, so a block may be given back here or there. Sanitizers see the real
// ones alone.
#include <cstddef>
#include <new>

#include "engine/base/recycled_blocks.h"

void* real_new(std::size_t size) asm("__real__Znwm");
void real_delete(void* block, std::size_t size) noexcept asm("__real__ZdlPvm");
void* recycling_new(std::size_t size) asm("__wrap__Znwm");
void recycling_delete(void* block, std::size_t size) noexcept asm("__wrap__ZdlPvm");

void* recycling_new(std::size_t size) {
  arbors::RecycledBlocks& blocks = arbors::recycled_blocks();
  if (size >= arbors::RecycledBlocks::kLeast)
    if (void* block = blocks.take(size)) return block;
  try {
    return real_new(size);
  } catch (const std::bad_alloc&) {
    if (!blocks.release()) throw;
    return real_new(size);
  }
}

// The size is what was asked for, whoever gave the block; it may be bigger.
void recycling_delete(void* block, std::size_t size) noexcept {
  const bool big = size >= arbors::RecycledBlocks::kLeast && block != nullptr;
  if (!big || !arbors::recycled_blocks().keep(block, size)) real_delete(block, size);
}
