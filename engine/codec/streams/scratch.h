// Room for values that are written before they are read: not cleared, as a vector's is.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace arbors::codec {

// Takes its memory as vectors do, from the allocator that keeps great blocks for whoever asks next.
template <typename T>
requires std::is_trivial_v<T>
class Scratch {
 public:
  explicit Scratch(std::size_t size) : room_(std::allocator<T>().allocate(size), Free{size}) {}

  std::size_t size() const { return room_.get_deleter().size; }
  T* begin() { return room_.get(); }
  T* end() { return room_.get() + size(); }
  const T* begin() const { return room_.get(); }
  const T* end() const { return room_.get() + size(); }
  T& operator[](std::size_t i) { return room_[i]; }
  const T& operator[](std::size_t i) const { return room_[i]; }
  operator std::span<T>() { return {room_.get(), size()}; }
  operator std::span<const T>() const { return {room_.get(), size()}; }

 private:
  struct Free {
    std::size_t size;
    void operator()(T* room) const { std::allocator<T>().deallocate(room, size); }
  };
  std::unique_ptr<T[], Free> room_;
};

}  // namespace arbors::codec
