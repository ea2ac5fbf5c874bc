// Some rows of a chunk, whose layout is drawn in column_codec.cpp. Where rows are of several kinds,
// a row's value stands in its kind's pool behind those of the rows before it: their tags are
// counted for that. How many values a pool has in all is known from the statistics.
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/batch/columns/chunk_head.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/codec/streams/streams.h"

namespace arbors::batch {
namespace {

class RowPicker {
 public:
  RowPicker(ByteSpan data, const Statistics& statistics, std::size_t paths, RowSpan at)
      : in_(data, "a column's chunk"), statistics_(statistics), paths_(paths), at_(at) {}

  DecodedColumn read() {
    in_.fixed<std::uint64_t>();
    kinds_ = read_chunk_head(in_, statistics_.rows);
    DenseColumn column;
    column.rows = static_cast<std::uint32_t>(at_.size());
    if (std::has_single_bit(kinds_)) {
      column.kinds = kinds_;
    } else {
      read_tags(column);
    }
    pick_pools(column);
    return {spread(std::move(column)), pools_};
  }

 private:
  // Where the values of one kind that are asked for stand in its pool.
  using Places = std::vector<std::uint32_t>;

  void read_tags(DenseColumn& column) {
    std::vector<std::uint32_t> tags(at_.size()), ranks(at_.size());
    codec::rank_codes(in_.blob(), statistics_.rows, at_, kinds_ & kPoolTags, tags, ranks);
    ++pools_;
    column.tags.reserve(at_.size());
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const std::uint32_t tag = tags[i];
      if (tag >= kTags || (kinds_ >> tag & 1) == 0)
        in_.fail("a row has a kind that should not occur");
      column.tags.push_back(static_cast<std::uint8_t>(tag));
      column.kinds |= tag_bit(static_cast<Tag>(tag));
      if ((kPoolTags >> tag & 1) == 0) continue;
      if (ranks[i] >= statistics_.counts[tag]) in_.fail("it holds more values of a kind");
      places_[tag].push_back(ranks[i]);
    }
    if (std::has_single_bit(column.kinds)) column.tags.clear();
  }

  // Passes `pick` the stream of each kind, its count and the places in it, where any are asked for.
  template <typename Pick>
  void stream(const DenseColumn& column, Tag tag, const Pick& pick) {
    if ((kinds_ & tag_bit(tag)) == 0) return;
    const ByteSpan bytes = in_.blob();
    if ((column.kinds & tag_bit(tag)) != 0) picked(tag, bytes, pick);
  }
  template <typename Pick>
  void picked(Tag tag, ByteSpan bytes, const Pick& pick) {
    ++pools_;
    if (std::has_single_bit(kinds_)) return pick(bytes, statistics_.rows, at_);
    pick(bytes, statistics_.count(tag), RowSpan(places_[static_cast<unsigned>(tag)]));
  }

  void pick_pools(DenseColumn& column) {
    stream(column, Tag::Integer, [&](ByteSpan bytes, std::size_t count, RowSpan places) {
      column.integers.resize(places.size());
      codec::pick_ints(bytes, count, places, column.integers);
    });
    stream(column, Tag::Real, [&](ByteSpan bytes, std::size_t count, RowSpan places) {
      column.reals.resize(places.size());
      codec::pick_reals(bytes, count, places, column.reals);
    });
    pick_texts(column, Tag::BigNumber, column.big_numbers);
    pick_texts(column, Tag::String, column.strings);
    if ((kinds_ & tag_bit(Tag::Object)) != 0) pick_objects(column);
    if ((column.kinds & tag_bit(Tag::Array)) != 0) in_.fail("an array's elements lie elsewhere");
    if ((kinds_ & tag_bit(Tag::Array)) != 0) in_.blob();
    pick_texts(column, Tag::Opaque, column.opaque);
  }

  void pick_texts(const DenseColumn& column, Tag tag, DenseTexts& texts) {
    stream(column, tag, [&](ByteSpan bytes, std::size_t count, RowSpan places) {
      codec::StringPool decoded;
      codec::pick_strings(bytes, count, places, decoded);
      texts = texts_of(std::move(decoded));
    });
  }

  void pick_objects(DenseColumn& column) {
    column.shapes = read_shapes(in_, paths_);
    const std::size_t shapes = column.shapes->size();
    const ByteSpan bytes = shapes > 1 ? in_.blob() : ByteSpan();
    if ((column.kinds & tag_bit(Tag::Object)) == 0) {
      column.shapes = nullptr;
      return;
    }
    picked(Tag::Object, bytes, [&](ByteSpan codes, std::size_t count, RowSpan places) {
      column.shape_of.resize(places.size());
      if (shapes == 1) return;
      codec::pick_codes(codes, count, places, column.shape_of);
      for (const std::uint32_t code : column.shape_of)
        if (code >= shapes) in_.fail("a shape's code is out of range");
    });
  }

  ByteReader in_;
  const Statistics& statistics_;
  std::size_t paths_;
  RowSpan at_;
  TagSet kinds_ = 0;
  std::uint32_t pools_ = 0;  // read so far
  std::array<Places, kTags> places_;
};

}  // namespace

DecodedColumn decode_rows(ByteSpan data, const Statistics& statistics, std::size_t paths,
                          RowSpan at) {
  poll_interrupt(1 + at.size() / kRowsAStep);
  return RowPicker(data, statistics, paths, at).read();
}

}  // namespace arbors::batch
