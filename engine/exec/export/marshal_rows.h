// The rows of a result in the format of Python's marshal, some at a time. Of trees that are lists
// of the same fields, a tuple of two: the fields' names, and for each field its values, in a list,
// or packed as a tuple of a format character of Python's struct and the bytes of as many
// little-endian numbers ("q" integers, "d" reals):
//
//   (("did", "time_us"), [["did:plc:a", "did:plc:b"], ("q", b"…")])
//
// Of any other trees, a list of them. A tree that no reader takes comes alone, as JSON text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/rows/row_run.h"
#include "engine/json/binary/marshal.h"

namespace arbors::exec {

class MarshalRows {
 public:
  // `trees`: lists of trees, whatever they are.
  MarshalRows(RowStreamPtr rows, bool trees) : rows_(std::move(rows)), trees_(trees) {}

  // Goes to the next rows, `most` of them or fewer; false at the end. A block of long texts ends
  // early.
  bool next(std::uint32_t most);

  bool is_alone() const { return alone_; }  // a tree as JSON text
  // Of the block; valid until the next.
  std::string_view bytes() { return alone_ ? std::string_view(tree_) : block_.written(); }

 private:
  bool open_run();
  std::uint32_t write_fields(std::uint32_t rows);
  bool write_field(const batch::Vector& values, std::uint32_t rows, std::uint32_t& written);
  void write_packed(char kind, const void* numbers, std::uint32_t rows);
  bool write_values(const batch::Vector& values, std::uint32_t rows, std::uint32_t& written);
  void write_texts(const batch::Vector& values, std::uint32_t rows);
  void write_trees(std::uint32_t most);
  void take_alone();

  RowStreamPtr rows_;
  bool trees_;
  RowRunPtr run_;
  std::uint32_t at_ = 0;                            // the run's next row
  std::optional<std::vector<NamedColumn>> fields_;  // of the run
  json::MarshalList block_;
  bool alone_ = false;
  std::string tree_;
  std::vector<std::uint32_t> uses_;  // of a pool's texts; then references
};

}  // namespace arbors::exec
