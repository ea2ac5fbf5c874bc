// Writes trees, given as JSON texts one after the other, as JSON Lines or as one array.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/exec/export/byte_sink.h"

namespace arbors::exec {

class JsonSink {
 public:
  // `array`: one JSON array, a tree a line of it; else JSON Lines. `to` outlives the sink.
  JsonSink(ByteSink& to, bool array) : to_(to), array_(array) {}

  // Takes a tree as minimal JSON text (it holds no line break).
  void write(std::string_view tree) {
    begin_tree() += tree;
    end_tree();
  }

  // The same without a copy: append one tree to the returned text, then call end_tree().
  std::string& begin_tree();
  void end_tree();

  void finish();  // ends the array, and the sink behind it
  std::uint64_t trees() const { return trees_; }

 private:
  ByteSink& to_;
  bool array_;
  std::uint64_t trees_ = 0;
  std::string held_;
};

}  // namespace arbors::exec
