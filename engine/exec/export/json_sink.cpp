#include "engine/exec/export/json_sink.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kHeldText = 128U << 10;

}  // namespace

std::string& JsonSink::begin_tree() {
  if (array_) held_ += trees_ == 0 ? "[\n" : ",\n";
  return held_;
}

void JsonSink::end_tree() {
  ++trees_;
  if (!array_) held_ += '\n';
  if (held_.size() < kHeldText) return;
  to_.write(held_);
  held_.clear();
}

void JsonSink::finish() {
  if (array_) held_ += trees_ == 0 ? "[]\n" : "\n]\n";
  to_.write(held_);
  held_.clear();
  to_.finish();
}

}  // namespace arbors::exec
