// Some rows of a chunk, whose layout is drawn in column_codec.cpp. Where rows are of several kinds,
// a row's value stands in its kind's pool behind those of the rows before it: tags are counted for
// that, by runs where they are stored so, but only where a row that is asked for has a value in a
// pool.
#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
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
  RowPicker(ByteSpan data, std::uint32_t rows, std::size_t paths, RowSpan at)
      : in_(data, "a column's chunk"), rows_(rows), paths_(paths), at_(at) {}

  DecodedColumn read() {
    in_.fixed<std::uint64_t>();
    kinds_ = read_chunk_head(in_, rows_);
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
  // Where the values of one kind that are asked for stand in its pool, and how many it has.
  struct Pool {
    std::vector<std::uint32_t> places;
    std::size_t count = 0;
  };

  void read_tags(DenseColumn& column) {
    const ByteSpan stream = in_.blob();
    std::vector<std::uint32_t> tags(at_.size());
    std::vector<codec::CodeRun> runs;
    const bool by_runs = codec::read_code_runs(stream, rows_, runs);
    if (by_runs) {
      pick_tags(runs, tags);
    } else {
      codec::pick_codes(stream, rows_, at_, tags);
    }
    for (const std::uint32_t tag : tags) {
      if (tag >= kTags || (kinds_ >> tag & 1) == 0)
        in_.fail("a row has a kind that should not occur");
      column.tags.push_back(static_cast<std::uint8_t>(tag));
      column.kinds |= tag_bit(static_cast<Tag>(tag));
    }
    ++pools_;
    if ((column.kinds & kPoolTags) != 0) {
      if (by_runs) {
        find_places(runs, column);
      } else {
        find_places(stream, column);
      }
    }
    if (std::has_single_bit(column.kinds)) column.tags.clear();
  }

  void find_places(ByteSpan stream, const DenseColumn& column) {
    std::vector<std::uint32_t> all(rows_);
    codec::decode_codes(stream, all);
    for (std::uint32_t tag = 0; tag < kTags; ++tag) {
      if (!is_pooled(column, tag)) continue;
      Pool& pool = pools_of_[tag];
      auto from = all.begin();
      const auto count_to = [&](auto end) {
        pool.count += static_cast<std::size_t>(std::count(from, end, tag));
        from = end;
      };
      for (std::size_t i = 0; i < at_.size(); ++i) {
        if (column.tags[i] != tag) continue;
        if (all[at_[i]] != tag) in_.fail("its tags are not the same each time");
        count_to(all.begin() + at_[i]);
        pool.places.push_back(static_cast<std::uint32_t>(pool.count));
      }
      count_to(all.end());
    }
  }

  void pick_tags(const std::vector<codec::CodeRun>& runs, std::vector<std::uint32_t>& tags) const {
    std::uint64_t end = 0;
    auto run = runs.begin();
    for (std::size_t i = 0; i < at_.size(); ++i) {
      while (at_[i] >= end) end += (run++)->length;
      tags[i] = std::prev(run)->value;
    }
  }

  void find_places(const std::vector<codec::CodeRun>& runs, const DenseColumn& column) {
    std::array<std::uint32_t, kTags> counts{};
    std::uint32_t first = 0;
    std::size_t i = 0;
    for (const codec::CodeRun& run : runs) {
      if (run.value >= kTags) in_.fail("a row has a kind that should not occur");
      for (; i < at_.size() && at_[i] - first < run.length; ++i) {
        if (is_pooled(column, run.value))
          pools_of_[run.value].places.push_back(counts[run.value] + at_[i] - first);
      }
      counts[run.value] += run.length;
      first += run.length;
    }
    for (std::uint32_t tag = 0; tag < kTags; ++tag)
      if (is_pooled(column, tag)) pools_of_[tag].count = counts[tag];
  }

  static bool is_pooled(const DenseColumn& column, std::uint32_t tag) {
    return (column.kinds & kPoolTags & tag_bit(static_cast<Tag>(tag))) != 0;
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
    if (std::has_single_bit(kinds_)) return pick(bytes, rows_, at_);
    const Pool& pool = pools_of_[static_cast<unsigned>(tag)];
    pick(bytes, pool.count, RowSpan(pool.places));
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
  std::uint32_t rows_;
  std::size_t paths_;
  RowSpan at_;
  TagSet kinds_ = 0;
  std::uint32_t pools_ = 0;  // read so far
  std::array<Pool, kTags> pools_of_;
};

}  // namespace

DecodedColumn decode_rows(ByteSpan data, std::uint32_t rows, std::size_t paths, RowSpan at) {
  poll_interrupt(1 + at.size() / kRowsAStep);
  return RowPicker(data, rows, paths, at).read();
}

}  // namespace arbors::batch
