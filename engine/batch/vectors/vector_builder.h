// Makes vectors value by value (computed results), or by placing rows of other vectors where they
// belong (ordered output across batches). Copies only the texts that are used. Object and Array
// rows of other vectors keep their tag alone: turn them into text first where it is wanted.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// The texts of one vector: Error{Limit} beyond. SQLite takes no longer text either.
inline constexpr std::size_t kMostTextBytes = std::size_t{1} << 30;

class VectorBuilder {
 public:
  explicit VectorBuilder(std::uint32_t expected_rows = 0) { tags_.reserve(expected_rows); }

  std::uint32_t rows() const { return static_cast<std::uint32_t>(tags_.size()); }

  void append_missing() { set_tag(append(), Tag::Missing); }
  void append_null() { set_tag(append(), Tag::Null); }
  void append_bool(bool value) { set_tag(append(), value ? Tag::True : Tag::False); }
  void append_integer(std::int64_t value) {
    if (integers_.size() != tags_.size()) return set_integer(append(), value);
    if (integers_.empty()) integers_.reserve(tags_.capacity());
    integers_.push_back(value);
    tags_.push_back(static_cast<std::uint8_t>(Tag::Integer));
  }
  void append_integers(std::span<const std::int64_t> values);
  void append_real(double value) { set_real(append(), value); }
  void append_big_number(std::string_view digits, double nearest) {
    set_big_number(append(), digits, nearest);
  }
  void append_text(std::string_view text) { set_text(append(), text); }
  void append_json(std::string_view json) { set_json(append(), json); }
  void append_value(const Value& value);  // a blob becomes a string
  void append_from(const Vector& from, std::size_t row) { copy(from, row, append()); }

  // Makes room for `rows` rows in all, the new ones Missing, to be set or placed once each.
  void resize(std::uint32_t rows) { tags_.resize(rows); }
  void set_tag(std::uint32_t row, Tag tag);  // Missing, Null, False, True; Object, Array
  void set_integer(std::uint32_t row, std::int64_t value);
  void set_real(std::uint32_t row, double value);
  void set_big_number(std::uint32_t row, std::string_view digits, double nearest);
  void set_text(std::uint32_t row, std::string_view text);
  void set_json(std::uint32_t row, std::string_view json);
  void copy(const Vector& from, std::size_t row, std::uint32_t to);

  // Puts rows of `from` at rows `to` of this vector: row from_rows[i] becomes row to[i].
  void place(const Vector& from, RowSpan from_rows, RowSpan to);

  // Gives the vector and leaves the builder empty.
  VectorPtr finish();

 private:
  std::uint32_t append();
  void set_pool_text(std::uint32_t row, Tag tag, std::string_view text);
  void place_texts(const Vector& from, Tag tag, RowSpan from_rows, RowSpan to);
  std::shared_ptr<TextPool>& pool(Tag tag);

  std::vector<std::uint8_t> tags_;
  std::vector<std::int64_t> integers_;  // these grow to the last row that needs them
  std::vector<double> reals_;
  std::vector<std::uint32_t> codes_;
  std::shared_ptr<TextPool> strings_, big_numbers_, opaque_;
};

}  // namespace arbors::batch
