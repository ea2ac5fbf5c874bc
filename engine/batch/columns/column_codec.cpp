// The layout of a chunk:
//
//   chunk   := u64 XXH3-64 of all that follows, u8 format (1), varint rows, varint kinds,
//              [stream of tags], pool*
//   kinds   := bit t set where tag t occurs; no tags stream where one bit is set: all rows are that
//   pool    := one for each kind of Integer, Real, BigNumber, String, Object, Array, Opaque that
//              occurs, in that order, holding as many values as there are rows of the kind:
//              Integer, Real         stream
//              BigNumber, String, Opaque   stream of strings
//              Object                shapes, [stream of shape codes, where there are several
//              shapes] Array                 stream of lengths
//   shapes  := varint shapes (at least 1), (varint keys, (varint path number)*)*
//   stream  := varint size, bytes as engine/codec/streams.h writes them
#include "engine/batch/columns/column_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include "engine/base/checksum.h"
#include "engine/base/interrupt.h"
#include "engine/batch/columns/chunk_head.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/columns/statistics_maker.h"
#include "engine/codec/streams/streams.h"

namespace arbors::batch {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr TagSet kKnownTags =
    static_cast<TagSet>((1U << (static_cast<unsigned>(Tag::Opaque) + 1)) - 1);

std::uint32_t count_pools(TagSet kinds) {
  const int mixed = std::has_single_bit(kinds) || kinds == 0 ? 0 : 1;
  return static_cast<std::uint32_t>(std::popcount(static_cast<TagSet>(kinds & kPoolTags)) + mixed);
}

// Calls visit(row) for each row that is not missing; passes over eight missing ones at once.
template <typename Visit>
void for_each_present(const std::vector<std::uint8_t>& tags, Visit visit) {
  static_assert(static_cast<std::uint8_t>(Tag::Missing) == 0);
  const auto rows = static_cast<std::uint32_t>(tags.size());
  for (std::uint32_t row = 0; row < rows;) {
    std::uint64_t eight = 1;
    if (rows - row >= sizeof eight) std::memcpy(&eight, tags.data() + row, sizeof eight);
    if (eight == 0) {
      row += sizeof eight;
      continue;
    }
    for (const std::uint32_t end = std::min<std::uint32_t>(rows, row + sizeof eight); row < end;
         ++row)
      if (tags[row] != 0) visit(row);
  }
}

class ChunkWriter {
 public:
  ChunkWriter(const ColumnBuffer& buffer, TagSet kinds, Bytes& out)
      : buffer_(buffer), kinds_(kinds), out_(out), writer_(out) {}

  void write() {
    out_.clear();
    writer_.fixed(std::uint64_t{0});
    writer_.u8(kFormat);
    writer_.varint(buffer_.tags.size());
    writer_.varint(kinds_);
    if (std::popcount(kinds_) > 1)
      stream([&](Bytes& out) { codec::encode_tags(buffer_.tags, out); });
    write_pools();
    const std::uint64_t sum = checksum(ByteSpan(out_).subspan(sizeof(std::uint64_t)));
    std::memcpy(out_.data(), &sum, sizeof sum);
  }

 private:
  bool has(Tag tag) const { return (kinds_ & tag_bit(tag)) != 0; }

  template <typename Encode>
  void stream(Encode encode) {
    scratch_.clear();
    encode(scratch_);
    writer_.blob(scratch_);
  }

  void write_pools() {
    if (has(Tag::Integer)) stream([&](Bytes& out) { codec::encode_ints(buffer_.integers, out); });
    if (has(Tag::Real)) stream([&](Bytes& out) { codec::encode_reals(buffer_.reals, out); });
    if (has(Tag::BigNumber)) texts(buffer_.big_numbers);
    if (has(Tag::String)) texts(buffer_.strings);
    if (has(Tag::Object)) shapes();
    if (has(Tag::Array)) stream([&](Bytes& out) { codec::encode_codes(buffer_.lengths, out); });
    if (has(Tag::Opaque)) texts(buffer_.opaque);
  }

  void texts(const TextBuffer& texts) {
    std::vector<std::string_view> views(texts.pool.size());
    for (std::size_t i = 0; i < views.size(); ++i) views[i] = texts.pool[i];
    stream([&](Bytes& out) {
      if (texts.dictionary)
        codec::encode_coded_strings(texts.codes, views, out);
      else
        codec::encode_strings(views, out);
    });
  }

  void shapes() {
    writer_.varint(buffer_.shapes.size());
    for (const auto& shape : buffer_.shapes) {
      writer_.varint(shape.size());
      for (const PathId key : shape) writer_.varint(key);
    }
    if (buffer_.shapes.size() > 1)
      stream([&](Bytes& out) { codec::encode_codes(buffer_.shape_of, out); });
  }

  const ColumnBuffer& buffer_;
  TagSet kinds_;
  Bytes& out_;
  ByteWriter writer_;
  Bytes scratch_;
};

class ChunkReader {
 public:
  enum class Room : std::uint8_t { None, ForAllRows };
  ChunkReader(ByteSpan data, std::uint32_t rows, std::size_t paths, Checksum checksum,
              Room room = Room::ForAllRows)
      : in_(data, "a column's chunk"),
        rows_(rows),
        paths_(paths),
        checksum_(checksum),
        room_(room) {}

  DenseColumn read() {
    check_header();
    DenseColumn column;
    column.rows = rows_;
    column.kinds = kinds_;
    if (std::popcount(kinds_) > 1) read_tags(column.tags);
    read_pools(column);
    in_.expect_done();
    return column;
  }

 private:
  bool has(Tag tag) const { return (kinds_ & tag_bit(tag)) != 0; }

  void check_header() {
    const auto stored = in_.fixed<std::uint64_t>();
    ByteReader rest = in_;
    const ByteSpan covered = rest.rest();
    if (checksum_ == Checksum::Check && checksum(covered) != stored)
      in_.fail("its checksum is wrong");
    kinds_ = read_chunk_head(in_, rows_);
  }

  void read_tags(std::vector<std::uint8_t>& tags) {
    tags.resize(rows_);
    codec::decode_tags(in_.blob(), tags);
    count_tags(tags);
    std::size_t known = 0;
    for (unsigned tag = 0; tag < kTags; ++tag) {
      if ((kinds_ >> tag & 1) == 0) continue;
      if (counts_[tag] == 0) in_.fail("a kind does not occur");
      known += counts_[tag];
    }
    if (known != rows_) in_.fail("a row has a kind that should not occur");
  }

  // Where few rows are there, what is there is counted; else each kind for itself, in vectors.
  void count_tags(const std::vector<std::uint8_t>& tags) {
    if (room_ == Room::None) {
      std::size_t present = 0;
      for_each_present(tags, [&](std::uint32_t row) {
        ++counts_[tags[row] % kTags];
        ++present;
      });
      counts_[static_cast<unsigned>(Tag::Missing)] = tags.size() - present;
      return;
    }
    for (unsigned tag = 0; tag < kTags; ++tag)
      if ((kinds_ >> tag & 1) != 0)
        counts_[tag] = static_cast<std::size_t>(std::count(tags.begin(), tags.end(), tag));
  }

  std::size_t count(Tag tag) const {
    return std::has_single_bit(kinds_) ? rows_ : counts_[static_cast<unsigned>(tag)];
  }

  // Leaves room for the rows of other kinds, among which the values are spread later.
  template <typename T>
  std::vector<T> room(Tag tag) const {
    std::vector<T> values;
    if (room_ == Room::ForAllRows) values.reserve(rows_);
    values.resize(count(tag));
    return values;
  }

  void read_pools(DenseColumn& column) {
    if (has(Tag::Integer)) {
      column.integers = room<std::int64_t>(Tag::Integer);
      codec::decode_ints(in_.blob(), column.integers);
    }
    if (has(Tag::Real)) {
      column.reals = room<double>(Tag::Real);
      codec::decode_reals(in_.blob(), column.reals);
    }
    if (has(Tag::BigNumber)) column.big_numbers = texts(Tag::BigNumber);
    if (has(Tag::String)) column.strings = texts(Tag::String);
    if (has(Tag::Object)) read_objects(column);
    if (has(Tag::Array)) read_lengths(column.lengths);
    if (has(Tag::Opaque)) column.opaque = texts(Tag::Opaque);
  }

  DenseTexts texts(Tag tag) {
    codec::StringPool decoded;
    if (room_ == Room::ForAllRows) decoded.codes.reserve(rows_);
    codec::decode_strings(in_.blob(), count(tag), decoded);
    return texts_of(std::move(decoded));
  }

  void read_objects(DenseColumn& column) {
    auto shapes = read_shapes(in_, paths_);
    column.shape_of = room<std::uint32_t>(Tag::Object);
    if (shapes->size() > 1) {
      codec::decode_codes(in_.blob(), column.shape_of);
      const auto most = std::max_element(column.shape_of.begin(), column.shape_of.end());
      if (*most >= shapes->size()) in_.fail("a shape's code is out of range");
    }
    column.shapes = std::move(shapes);
  }

  void read_lengths(std::vector<std::uint32_t>& lengths) {
    lengths = room<std::uint32_t>(Tag::Array);
    codec::decode_codes(in_.blob(), lengths);
    const auto total = std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0});
    if (total >= std::numeric_limits<std::uint32_t>::max()) in_.fail("its arrays are too long");
  }

  ByteReader in_;
  std::uint32_t rows_;
  std::size_t paths_;
  Checksum checksum_;
  Room room_;
  TagSet kinds_ = 0;
  std::array<std::size_t, kTags> counts_{};
};

}  // namespace

TagSet read_chunk_head(ByteReader& in, std::uint32_t rows) {
  if (in.u8() != kFormat) in.fail("its format is unknown");
  if (in.varint() != rows) in.fail("it holds another count of rows");
  const auto kinds = static_cast<TagSet>(in.count(kKnownTags));
  if ((kinds == 0) != (rows == 0)) in.fail("its kinds do not fit its rows");
  return kinds;
}

std::shared_ptr<Shapes> read_shapes(ByteReader& in, std::size_t paths) {
  // A key takes a byte at least, a shape too.
  auto shapes = std::make_shared<Shapes>(in.count(in.remaining()));
  if (shapes->empty()) in.fail("its objects have no shapes");
  for (auto& shape : *shapes) {
    shape.resize(in.count(in.remaining()));
    for (PathId& key : shape) {
      const std::uint64_t number = in.varint();
      if (number >= paths) in.fail("a shape names an unknown path");
      key = static_cast<PathId>(number);
    }
  }
  return shapes;
}

DenseTexts texts_of(codec::StringPool&& decoded) {
  auto pool = std::make_shared<TextPool>();
  pool->offsets = std::move(decoded.offsets);
  pool->heap = std::move(decoded.heap);
  pool->distinct = pool->sorted = decoded.dictionary;
  return {std::move(pool), std::move(decoded.codes)};
}

void encode_column(const ColumnBuffer& buffer, EncodedColumn& out) {
  poll_interrupt(1 + buffer.tags.size() / kRowsAStep);
  const Statistics statistics = compute_statistics(buffer);
  out.path = buffer.path;
  ChunkWriter(buffer, statistics.kinds(), out.data).write();
  out.stats.clear();
  statistics.write(out.stats);
}

DecodedColumn decode_column(ByteSpan data, std::uint32_t rows, std::size_t paths,
                            Checksum checksum) {
  poll_interrupt(1 + rows / kRowsAStep);
  DenseColumn column = ChunkReader(data, rows, paths, checksum).read();
  const std::uint32_t pools = count_pools(column.kinds);
  return {spread(std::move(column)), pools};
}

DecodedSparseColumn decode_sparse_column(ByteSpan data, std::uint32_t rows, std::size_t paths,
                                         Checksum checksum) {
  poll_interrupt(1 + rows / kRowsAStep);
  DenseColumn column = ChunkReader(data, rows, paths, checksum, ChunkReader::Room::None).read();
  const std::uint32_t pools = count_pools(column.kinds);
  auto sparse = std::make_shared<SparseColumn>();
  sparse->domain_rows = rows;
  if (column.tags.empty() && column.kinds != tag_bit(Tag::Missing))
    column.tags.assign(rows, static_cast<std::uint8_t>(std::countr_zero(column.kinds)));
  std::vector<std::uint8_t> tags;
  for_each_present(column.tags, [&](std::uint32_t row) {
    sparse->rows.push_back(row);
    tags.push_back(column.tags[row]);
  });
  column.rows = static_cast<std::uint32_t>(sparse->rows.size());
  column.kinds &= static_cast<TagSet>(~tag_bit(Tag::Missing));
  column.tags = std::has_single_bit(column.kinds) ? std::vector<std::uint8_t>() : std::move(tags);
  sparse->values = spread(std::move(column));
  return {std::move(sparse), pools};
}

std::uint32_t pool_count(const Statistics& statistics) { return count_pools(statistics.kinds()); }

}  // namespace arbors::batch
