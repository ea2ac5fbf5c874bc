// Window functions that count places, and those that take values of other rows.
#include <algorithm>
#include <functional>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/window/window_values.h"
#include "engine/plan/window.h"

namespace arbors::exec {
namespace {

using plan::WindowKind;

// Calls use(row, walk) for each row, partition after partition.
template <typename Use>
void for_each_place(const Partitions& partitions, const plan::WindowFrame& frame, Use use) {
  for (std::uint32_t partition = 0; partition < partitions.count(); ++partition)
    for (FrameWalk walk(partitions, partition, frame); !walk.at_end(); walk.next())
      use(partitions.rows[walk.place()], walk);
}

std::int64_t tile(const FrameWalk& walk, std::int64_t tiles) {
  const std::int64_t rows = walk.end() - walk.start(), row = walk.place() - walk.start();
  const std::int64_t size = rows / tiles;
  if (size == 0) return row + 1;
  const std::int64_t larger = rows - tiles * size;  // tiles with one row more
  const std::int64_t first_small = larger * (size + 1);
  return row < first_small ? 1 + row / (size + 1) : 1 + larger + (row - first_small) / size;
}

std::int64_t counted(WindowKind kind, const FrameWalk& walk, std::int64_t tiles) {
  switch (kind) {
    case WindowKind::RowNumber:
      return walk.place() - walk.start() + 1;
    case WindowKind::Rank:
      return walk.peers_start() - walk.start() + 1;
    case WindowKind::DenseRank:
      return walk.group() + 1;
    default:
      return tile(walk, tiles);
  }
}

double share(WindowKind kind, const FrameWalk& walk) {
  const double rows = walk.end() - walk.start();
  if (kind == WindowKind::CumulativeShare) return (walk.peers_end() - walk.start()) / rows;
  return rows > 1 ? (walk.peers_start() - walk.start()) / (rows - 1) : 0.0;
}

batch::VectorPtr counts(const plan::WindowCall& call, const Partitions& partitions) {
  const WindowKind kind = call.function->kind;
  const std::int64_t tiles = kind == WindowKind::Tile ? plan::whole_argument(call, 0) : 0;
  std::vector<std::int64_t> values(partitions.rows.size());
  for_each_place(partitions, call.frame, [&](std::uint32_t row, const FrameWalk& walk) {
    values[row] = counted(kind, walk, tiles);
  });
  return integer_vector(std::move(values));
}

batch::VectorPtr shares(const plan::WindowCall& call, const Partitions& partitions) {
  batch::VectorBuilder builder;
  builder.resize(static_cast<std::uint32_t>(partitions.rows.size()));
  for_each_place(partitions, call.frame, [&](std::uint32_t row, const FrameWalk& walk) {
    builder.set_real(row, share(call.function->kind, walk));
  });
  return builder.finish();
}

// The place whose value a row takes; the partition's end where there is none.
std::uint32_t place_taken(const plan::WindowCall& call, const FrameWalk& walk, std::int64_t count) {
  const FramePlaces frame = walk.frame();
  const auto within = [&](std::int64_t place, std::uint32_t first, std::uint32_t end) {
    return place >= first && place < end ? static_cast<std::uint32_t>(place) : walk.end();
  };
  switch (call.function->kind) {
    case WindowKind::Lag:
      return within(std::int64_t{walk.place()} - count, walk.start(), walk.end());
    case WindowKind::Lead:
      return within(std::int64_t{walk.place()} + count, walk.start(), walk.end());
    case WindowKind::First:
      return within(frame.first, frame.first, frame.end);
    case WindowKind::Last:
      return within(std::int64_t{frame.end} - 1, frame.first, frame.end);
    default:
      return within(std::int64_t{frame.first} + count - 1, frame.first, frame.end);
  }
}

batch::VectorPtr taken(const plan::WindowCall& call, const WindowArguments& arguments,
                       const Partitions& partitions) {
  // Counts no further than there are rows, so that nothing overflows.
  constexpr std::int64_t kFar = std::int64_t{1} << 33;
  const std::int64_t count =
      call.arguments.size() > 1 ? std::clamp(plan::whole_argument(call, 1), -kFar, kFar) : 1;
  std::vector<std::uint32_t> from(partitions.rows.size(), batch::kNoRow);
  for_each_place(partitions, call.frame, [&](std::uint32_t row, const FrameWalk& walk) {
    const std::uint32_t place = place_taken(call, walk, count);
    if (place != walk.end()) from[row] = partitions.rows[place];
  });
  if (arguments.arguments.size() < 3) return gathered_or_null(*arguments.arguments[0], from);
  batch::VectorBuilder builder(static_cast<std::uint32_t>(from.size()));
  for (std::uint32_t row = 0; row < from.size(); ++row) {
    if (from[row] == batch::kNoRow)
      builder.append_from(*arguments.arguments[2], row);
    else
      builder.append_from(*arguments.arguments[0], from[row]);
  }
  return gathered_or_null(*builder.finish(), {});
}

}  // namespace

batch::VectorPtr gathered_or_null(const batch::Vector& from, batch::RowSpan rows) {
  auto vector = std::make_shared<batch::Vector>(rows.empty() ? from : *batch::gather(from, rows));
  if (!vector->has(batch::Tag::Missing)) return vector;
  constexpr auto kNull = static_cast<std::uint8_t>(batch::Tag::Null);
  constexpr auto kMissing = static_cast<std::uint8_t>(batch::Tag::Missing);
  std::replace(vector->tags.begin(), vector->tags.end(), kMissing, kNull);
  if (vector->tags.empty() && vector->uniform == batch::Tag::Missing)
    vector->uniform = batch::Tag::Null;
  vector->kinds = static_cast<batch::TagSet>(
      (vector->kinds & ~batch::tag_bit(batch::Tag::Missing)) | batch::tag_bit(batch::Tag::Null));
  return vector;
}

batch::VectorPtr function_values(const plan::WindowCall& call, const WindowArguments& arguments,
                                 const Partitions& partitions) {
  switch (call.function->kind) {
    case WindowKind::RowNumber:
    case WindowKind::Rank:
    case WindowKind::DenseRank:
    case WindowKind::Tile:
      return counts(call, partitions);
    case WindowKind::PercentRank:
    case WindowKind::CumulativeShare:
      return shares(call, partitions);
    default:
      return taken(call, arguments, partitions);
  }
}

}  // namespace arbors::exec
